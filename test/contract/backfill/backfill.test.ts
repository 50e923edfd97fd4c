import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fill } from '../../../agent/backfill/compare';
import { remoteRead } from '../../../agent/backfill/remote';
import { scrapesPerMinute } from '../../../agent/backfill/scrapes';
import { sideOf } from '../../../agent/backfill/side';
import { lackingMinutes } from '../../../lib/core/backfill/backfill';
import { resolveTools } from '../../../local/tools';
import { countSamples, push, startLab, type Lab, type Series } from '../tsdb/scrub-lab';

const config = (replica: string): string => `
global: { scrape_interval: 1s, external_labels: { cluster: demo, replica: ${replica} } }
scrape_configs: [{ job_name: slow, scrape_interval: 15s }]
storage: { tsdb: { out_of_order_time_window: 1d } }
`;
/** Prometheus's staleness marker: a NaN with a payload. */
const STALE = 0x7ff0000000000002n;

let root: string;
let own: Lab;
let peer: Lab;
const now = Math.floor(Date.now() / 1000) * 1000;
const FROM = now - 600_000;
/** What is being scraped is in neither yet. */
const span = { from: FROM, to: now - 3_000 };

const every = (from: number, to: number, stepMs = 1_000): [number, number][] =>
  Array.from({ length: Math.ceil((to - from) / stepMs) }, (_, i) => [from + i * stepMs, i]);
const series = (labels: Record<string, string>, samples: Series['samples']): Series => ({ labels, samples });

beforeAll(async () => {
  const program = (await resolveTools(['prometheus'])).prometheus.path;
  root = mkdtempSync(join(tmpdir(), 'promha-backfill-'));
  own = await startLab(program, join(root, 'own'), [], config('a'));
  peer = await startLab(program, join(root, 'peer'), [], config('b'));
  await Promise.all([own.ready(), peer.ready()]);
  // Ours is away from the third to the fourth minute, and has lost one sample elsewhere.
  const away = (at: number): boolean => at >= FROM + 180_000 && at < FROM + 240_000;
  const kept = every(FROM, now).filter(([at]) => !away(at) && at !== FROM + 400_000);
  const slowly = every(FROM, now, 15_000).filter(([at]) => !away(at));
  await push(own.url, [
    series({ __name__: 'up', job: 'x' }, kept),
    series({ __name__: 'm', job: 'x' }, kept),
    series({ __name__: 'm', job: 'x', cluster: 'demo' }, kept),
    series({ __name__: 'm', job: 'slow' }, slowly),
    series({ __name__: 'ALERTS', alertname: 'A' }, kept),
  ]);
  const all = every(FROM + 500, now);
  await push(peer.url, [
    series({ __name__: 'up', job: 'x' }, all),
    series({ __name__: 'm', job: 'x' }, all),
    series({ __name__: 'm', job: 'x', cluster: 'demo' }, all),
    series({ __name__: 'm', job: 'slow' }, every(FROM + 7_000, now, 15_000)),
    series({ __name__: 'only_there', job: 'x' }, every(FROM + 200_000, FROM + 210_000)),
    series({ __name__: 'gone', job: 'x' }, [[FROM + 200_000, STALE]]),
    series({ __name__: 'ALERTS', alertname: 'A' }, all),
  ]);
}, 60_000);
afterAll(async () => {
  await Promise.all([own.stop('SIGKILL'), peer.stop('SIGKILL')]);
  rmSync(root, { recursive: true });
});

async function backfill(): Promise<number> {
  const [mine, theirs] = await Promise.all([sideOf(own.url), sideOf(peer.url)]);
  let written = 0;
  for (const interval of mine.intervals) {
    const filled = await fill(mine, theirs, span, interval);
    expect(filled).toMatchObject({ refused: 0, why: null });
    written += filled.written;
  }
  return written;
}

test('minutes without scrapes are found', async () => {
  const [mine, theirs] = await Promise.all([own, peer].map(({ url }) => scrapesPerMinute(url, span)));
  expect(lackingMinutes(mine!, theirs!)).toEqual([FROM + 240_000]);
});

test('what lies in gaps is fetched, under the labels that are stored, and only once', async () => {
  // 61 and 2 of each series that is scraped every second, 4 or 5 of the slow one, 10, and 1.
  expect(await backfill()).toBeGreaterThanOrEqual(3 * 63 + 4 + 11);
  for (const one of ['up', 'm{job="x",cluster=""}', 'm{job="x",cluster="demo"}']) {
    // One that is missing gets its two neighbours.
    expect(await countSamples(own.url, one, '15m')).toBe(539 + 61 + 2);
  }
  // Of 40 four were missing; five of the peer's lie between, and one is newer than our last.
  expect(await countSamples(own.url, 'm{job="slow"}', '15m')).toBe(36 + 5 + 1);
  expect(await countSamples(own.url, 'only_there', '15m')).toBe(10);
  expect(await countSamples(own.url, '{replica!=""}', '15m')).toBe(0);
  expect(await countSamples(own.url, 'ALERTS', '15m')).toBe(539);
  expect(await backfill()).toBe(0);
});

test('a staleness marker stays one', async () => {
  const marked = await remoteRead(own.url, FROM, now, [{ name: '__name__', is: '=', value: 'gone' }], 'points');
  expect(marked).toHaveLength(1);
  expect(marked[0]!.times).toEqual([FROM + 200_000]);
  // Key and length of the sample, key of its value, then the value.
  expect(marked[0]!.points[0]!.readBigUInt64LE(3)).toBe(STALE);
});

test('what was backfilled survives a crash', async () => {
  const before = await countSamples(own.url, 'm', '15m');
  await own.stop('SIGKILL');
  const program = (await resolveTools(['prometheus'])).prometheus.path;
  own = await startLab(program, join(root, 'own'), [], config('a'));
  await own.ready();
  expect(await countSamples(own.url, 'm', '15m')).toBe(before);
});
