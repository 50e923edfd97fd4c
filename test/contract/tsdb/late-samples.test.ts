import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dropLostMarkers } from '../../../agent/tsdb/late-markers';
import { Quarantine } from '../../../agent/tsdb/quarantine';
import { repair } from '../../../agent/tsdb/repair-files';
import { Pace } from '../../../lib/shell/tsdb/pace';
import { resolveTools } from '../../../local/tools';
import { countSamples, push, startLab, type Lab, type Series } from './scrub-lab';

/*
 * Late samples, as a backfill brings them, are in wbl/ and, 32 by 32, in chunks_head/: a marker in wbl/ says which. When the
 * chunk is gone and the marker is not, Prometheus leaves these samples out, though not at the next start: at the one after it,
 * when newer chunks lie beyond the marker.
 */
const LATE = 40;
const SERIES = 20;

let root: string;
let lab: Lab | undefined;

beforeEach(() => (root = mkdtempSync(join(tmpdir(), 'promha-late-'))));
afterEach(async () => {
  await lab?.stop('SIGKILL');
  rmSync(root, { recursive: true, force: true });
});

async function start(): Promise<string> {
  const program = (await resolveTools(['prometheus'])).prometheus.path;
  lab = await startLab(program, root);
  await lab.ready();
  return lab.url;
}

const ALL = SERIES * (LATE + 1);
const countLate = (url: string): Promise<number | null> => countSamples(url, 'late', '9h');
/** What the agent does before each start. */
const dropMarkers = (): Promise<string[]> =>
  dropLostMarkers(join(root, 'data'), join(root, 'scrub', 'rewritten'), unhurried());

/** In its chunks these are more than Prometheus keeps in its buffer before it writes. */
async function pushMuch(url: string, from: number): Promise<void> {
  for (let part = 0; part < 10; part += 1) await push(url, named('other', 200, from + part * 500_000, 500));
}

async function pushLate(url: string): Promise<number> {
  const now = Date.now() - 7_200_000;
  await push(url, named('late', SERIES, now, 1));
  await push(url, named('late', SERIES, now - 600_000, LATE));
  return now;
}

test('late samples outlive the loss of their chunks, and the start after the next', async () => {
  const url = await start();
  await pushMuch(url, await pushLate(url));
  await lab!.stop();

  await repair([{ do: 'quarantine-head-chunks', from: firstChunks(), because: 'a test' }], aside(), unhurried());
  expect(await dropMarkers()).toHaveLength(1);
  expect(await countLate(await start())).toBe(ALL);
  await lab!.stop('SIGKILL');
  await dropMarkers();
  expect(await countLate(await start())).toBe(ALL);
}, 120_000);

test('and two kills, of which the second leaves other chunks where theirs would have been', async () => {
  const url = await start();
  await pushMuch(url, await pushLate(url));
  await lab!.stop('SIGKILL');
  expect(await dropMarkers()).toHaveLength(1);
  expect(await dropMarkers()).toEqual([]);
  expect(await countLate(await start())).toBe(ALL);
  await lab!.stop('SIGKILL');
  await dropMarkers();
  expect(await countLate(await start())).toBe(ALL);
}, 120_000);

const firstChunks = (): number => Math.min(...readdirSync(join(root, 'data', 'chunks_head')).map(Number));
const unhurried = (): Pace => new Pace({ bytesPerSecond: 1e12 });

function aside(): Quarantine {
  return new Quarantine({ data: root, tsdb: join(root, 'data'), incident: 'a-test', keepMs: 1e9, now: Date.now });
}

function named(name: string, count: number, from: number, seconds: number): Series[] {
  const samples = Array.from({ length: seconds }, (_, s) => [from + s * 1_000, Math.random()] as const);
  return Array.from({ length: count }, (_, i) => ({ labels: { __name__: name, i: String(i) }, samples }));
}
