import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { repair } from '../../../agent/tsdb/repair-files';
import { Pace } from '../../../lib/shell/tsdb/pace';
import { scrubPass } from '../../../agent/tsdb/pass';
import { Quarantine } from '../../../agent/tsdb/quarantine';
import type { Finding, IfStarted } from '../../../lib/core/tsdb/corruption';
import type { Inventory } from '../../../lib/contract/documents/agent/inventory';
import { forget } from '../../../lib/core/tsdb/inventory';
import { judge, type Judgement } from '../../../lib/core/tsdb/judge';
import { planRepairs } from '../../../lib/core/tsdb/repair-steps';
import { resolveTools } from '../../../local/tools';
import { eventually } from '../agent/agent-tools';
import { DAMAGES } from './scrub-corruption';
import { countSamples, ownMetric, push, startLab, type Series } from './scrub-lab';

const STOPPED = { running: false, blocksLoaded: null, retentionMs: null, bySize: false };
const MINUTES = 140;
const BLOCK_MINUTES = 20;
const SERIES = 200;
const ALL = MINUTES * 60 * SERIES;
/** MINUTES then give blocks, a checkpoint, three segments after it, and chunks of the head. */
const SHORT_BLOCKS = ['min', 'max'].map((end) => `--storage.tsdb.${end}-block-duration=${BLOCK_MINUTES}m`);

let program: string;
let root: string;
let base: string;
let memory: Inventory;

beforeAll(async () => {
  program = (await resolveTools(['prometheus'])).prometheus.path;
  root = mkdtempSync(join(tmpdir(), 'promha-scrub-'));
  base = join(root, 'base');
  await writeBase();
  const { inventory, findings } = await look(base, null);
  expect(findings).toEqual([]);
  memory = inventory;
}, 180_000);
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe.each(DAMAGES.map((corruption) => [corruption.name, corruption] as const))('%s', (name, corruption) => {
  const asItIs = (): string => join(root, 'as-it-is');
  const repaired = (): string => join(root, 'repaired');
  beforeAll(() => {
    for (const dir of [asItIs(), repaired()]) {
      cpSync(base, dir, { recursive: true });
      corruption.hurt(join(dir, 'data'));
    }
  });
  afterAll(() => [asItIs(), repaired()].forEach((dir) => rmSync(dir, { recursive: true, force: true })));
  let keptByPrometheus = 0;

  test(`is found; Prometheus started on it: ${corruption.ifStarted}`, async () => {
    const { findings } = await look(asItIs(), memory);
    expect(findings).toContainEqual(
      expect.objectContaining({ class: corruption.class, ifStarted: corruption.ifStarted }),
    );
    const { outcome, kept } = await start(asItIs());
    keptByPrometheus = kept;
    expect(OUTCOMES[corruption.ifStarted]).toContain(outcome);
  });

  test(`is repaired: at least ${corruption.keeps * 100} % is kept, and never less than Prometheus would keep`, async () => {
    const { findings, inventory } = await look(repaired(), memory);
    const data = repaired();
    const options = { data, tsdb: join(data, 'data'), incident: name.replaceAll('/', ''), keepMs: 1e9, now: Date.now };
    const steps = planRepairs(findings, inventory);
    for (let again = 0; again < 2; again += 1) await repair(steps, new Quarantine(options), unhurried());
    const paths = repairable(findings).map((finding) => finding.path);
    expect(repairable((await look(repaired(), forget(inventory, paths))).findings)).toEqual([]);
    const { outcome, kept, pure } = await start(repaired());
    expect({ outcome, pure }).toEqual({ outcome: corruption.repaired, pure: true });
    expect(kept).toBeGreaterThanOrEqual(corruption.keeps);
    expect(kept).toBeGreaterThanOrEqual(keptByPrometheus);
  });
});

const repairable = (findings: readonly Finding[]): Finding[] => findings.filter(({ repair }) => repair !== 'none');

const OUTCOMES: Readonly<Record<IfStarted, readonly string[]>> = {
  harmless: ['ready'],
  incomplete: ['ready', 'repaired itself'],
  'queries-fail': ['queries fail'],
  refuses: ['exits'],
  destroys: ['repaired itself', 'exits'],
};

interface Start {
  readonly outcome: string;
  /** The share of all samples, 0 to 1. */
  readonly kept: number;
  /** New series have no samples but their own. */
  readonly pure: boolean;
}

/** Starts Prometheus, twice, because some corruption shows only then. */
async function start(dir: string): Promise<Start> {
  const first = await startOnce(dir);
  if (first.outcome === 'exits') return first;
  const second = await startOnce(dir);
  const outcome = second.outcome === 'ready' ? first.outcome : second.outcome;
  return { outcome, kept: second.kept, pure: first.pure && second.pure };
}

async function startOnce(dir: string): Promise<Start> {
  const lab = await startLab(program, dir, SHORT_BLOCKS);
  try {
    const ready = await lab.ready().then(
      () => true,
      () => false,
    );
    if (!ready) return { outcome: 'exits', kept: 0, pure: true };
    const corruptions = await ownMetric(lab.url, 'prometheus_tsdb_wal_corruptions_total');
    const count = await countSamples(lab.url, 'm', '9h');
    // New series, as every start brings some: none of them may get what another one had.
    const at = Date.now();
    await push(
      lab.url,
      series(500, (i) => ({ __name__: 'later', at: String(at), i: String(i) }), [[at, 1]]),
    );
    const later = await countSamples(lab.url, `later{at="${at}"}`, '9h');
    const outcome = count === null ? 'queries fail' : corruptions === 0 ? 'ready' : 'repaired itself';
    return { outcome, kept: (count ?? 0) / ALL, pure: later === 500 };
  } finally {
    await lab.stop('SIGKILL');
  }
}

async function look(dir: string, before: Inventory | null): Promise<Judgement> {
  const seen = await scrubPass(join(dir, 'data'), {
    bytesPerSecond: 1e12,
    deep: new Set(Object.keys(memory?.blocks ?? {})),
  });
  return judge(before, seen, STOPPED);
}

async function writeBase(): Promise<void> {
  const lab = await startLab(program, base, SHORT_BLOCKS);
  await lab.ready();
  // From a block's border: where the head is cut must not depend on the hour of the test.
  const blockMs = BLOCK_MINUTES * 60_000;
  const begin = Math.floor((Date.now() - MINUTES * 60_000) / blockMs - 1) * blockMs;
  for (let minute = 0; minute < MINUTES; minute += 1) {
    const at = begin + minute * 60_000;
    const generation = String(Math.floor(minute / 10));
    const samples = Array.from({ length: 60 }, (_, s) => [at + s * 1_000, Math.random()] as const);
    // Some series are new every ten minutes, so that their names are all over the WAL.
    const labels = (i: number) => ({ __name__: 'm', i: String(i), ...(i < 20 ? { generation } : {}) });
    await push(lab.url, series(SERIES, labels, samples));
    await untilSegment(lab.url, segmentAfter(minute));
  }
  await eventually('a checkpoint', () => /WAL checkpoint complete/.test(lab.log()));
  expect(await countSamples(lab.url, 'm', '9h')).toBe(ALL);
  await lab.stop();
}

/** The head is cut, and a segment begun, once it holds one and a half blocks. */
const segmentAfter = (minute: number): number =>
  Math.max(0, Math.floor((minute - 1.5 * BLOCK_MINUTES) / BLOCK_MINUTES) + 1);

const untilSegment = (url: string, segment: number): Promise<boolean> =>
  eventually(
    `segment ${segment}`,
    async () => (await ownMetric(url, 'prometheus_tsdb_wal_segment_current')) === segment,
  );

function series(
  count: number,
  labels: (i: number) => Readonly<Record<string, string>>,
  samples: Series['samples'],
): Series[] {
  return Array.from({ length: count }, (_, i) => ({ labels: labels(i), samples }));
}

const unhurried = (): Pace => new Pace({ bytesPerSecond: 1e12 });
