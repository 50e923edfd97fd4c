import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Quarantine } from '../../../agent/tsdb/quarantine';
import { repair } from '../../../agent/tsdb/repair-files';
import { Pace } from '../../../agent/tsdb/scan/pace';
import { resolveTools } from '../../../local/tools';
import { countSamples, push, startLab, type Lab, type Series } from './scrub-lab';

/*
 * Late samples, as a backfill brings them, are in wbl/ and, 32 by 32, in chunks_head/: a marker in wbl/ says which. A
 * marker whose chunk was put aside makes Prometheus leave these samples out, though not at the next start: at the one
 * after it, when newer chunks have higher numbers than the marker.
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

test('late samples outlive the loss of their chunks, and the start after the next', async () => {
  const program = (await resolveTools(['prometheus'])).prometheus.path;
  const start = async (): Promise<string> => {
    lab = await startLab(program, root);
    await lab.ready();
    return lab.url;
  };
  const first = await start();
  const now = Date.now() - 7_200_000;
  await push(first, named('late', SERIES, now, 1));
  await push(first, named('late', SERIES, now - 600_000, LATE));
  // Enough for Prometheus to write its new chunks out, and not only to keep them in memory.
  for (let part = 0; part < 10; part += 1) await push(first, named('other', 200, now + part * 500_000, 500));
  await lab!.stop();

  await repair([{ do: 'quarantine-head-chunks', from: firstChunks(), because: 'a test' }], aside(), unhurried());
  const all = SERIES * (LATE + 1);
  expect(await countSamples(await start(), 'late', '9h')).toBe(all);
  await lab!.stop('SIGKILL');
  expect(await countSamples(await start(), 'late', '9h')).toBe(all);
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
