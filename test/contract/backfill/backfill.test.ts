import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fill } from '../../../agent/backfill/compare';
import { remoteRead } from '../../../agent/backfill/remote';
import { missedScrapes, scrapesPerMinute } from '../../../agent/backfill/scrapes';
import { sideOf } from '../../../agent/backfill/side';
import { lackingMinutes } from '../../../lib/core/backfill/backfill';
import { scrapeGroups, widestMargin, type ScrapeGroup } from '../../../lib/core/backfill/rhythm';
import { resolveTools } from '../../../local/tools';
import { eventually } from '../agent/agent-tools';
import { countSamples, push, startLab, type Lab, type Series } from '../tsdb/scrub-lab';

const config = (replica: string): string => `
global: { scrape_interval: 1s, external_labels: { cluster: demo, replica: ${replica} } }
scrape_configs:
  - { job_name: slow, scrape_interval: 15s, static_configs: [{ targets: ['127.0.0.1:1'] }] }
  - { job_name: minute.1, scrape_interval: 1m, static_configs: [{ targets: ['127.0.0.1:1'] }] }
  - { job_name: hour, scrape_interval: 1h, static_configs: [{ targets: ['127.0.0.1:1'] }] }
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
  await eventually('its targets', async () => (await sideOf(own.url)).targets.length === 3);
  // Ours is away from the third to the fourth minute, and has lost one sample elsewhere.
  const away = (at: number): boolean => at >= FROM + 180_000 && at < FROM + 240_000;
  const kept = every(FROM, now).filter(([at]) => !away(at) && at !== FROM + 400_000);
  const slowly = every(FROM, now, 15_000).filter(([at]) => !away(at));
  const minutely = every(FROM, now, 60_000).filter(([at]) => at !== FROM + 360_000);
  await push(own.url, [
    series({ __name__: 'up', job: 'x' }, kept),
    series({ __name__: 'm', job: 'x' }, kept),
    series({ __name__: 'm', job: 'x', cluster: 'demo' }, kept),
    series({ __name__: 'm', job: 'slow' }, slowly),
    // Scraped at the whole minute, and once not.
    ...['up', 'm'].map((name) => series({ __name__: name, job: 'minute.1' }, minutely)),
    // Federated by a job of a minute, so under a label that tells nothing of it.
    series({ __name__: 'm', job: 'elsewhere' }, every(FROM, now, 60_000)),
    series({ __name__: 'ALERTS', alertname: 'A' }, kept),
  ]);
  const all = every(FROM + 500, now);
  await push(peer.url, [
    series({ __name__: 'up', job: 'x' }, all),
    series({ __name__: 'm', job: 'x' }, all),
    series({ __name__: 'm', job: 'x', cluster: 'demo' }, all),
    series({ __name__: 'm', job: 'slow' }, every(FROM + 7_000, now, 15_000)),
    ...['up', 'm'].map((name) => series({ __name__: name, job: 'minute.1' }, every(FROM + 30_000, now, 60_000))),
    series({ __name__: 'm', job: 'elsewhere' }, every(FROM + 31_000, now, 60_000)),
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
  const targets = [...mine.targets, ...theirs.targets];
  for (const group of scrapeGroups(targets)) {
    const filled = await fill(mine, theirs, span, group, widestMargin(targets));
    expect(filled).toMatchObject({ refused: 0, why: null });
    written += filled.written;
  }
  return written;
}

test('minutes without scrapes are found, and a single scrape of a slow target', async () => {
  const { targets } = await sideOf(own.url);
  const groups = scrapeGroups(targets);
  expect(groups.map(({ jobs }) => jobs)).toEqual([
    { only: ['slow'] },
    { only: ['minute.1'] },
    { only: ['hour'] },
    { without: ['hour', 'minute.1', 'slow'] },
  ]);
  const [mine, theirs] = await Promise.all([own, peer].map(({ url }) => scrapesPerMinute(url, span, groups[3]!)));
  expect(lackingMinutes(mine!, theirs!)).toEqual([FROM + 240_000]);
  const missed = (group: ScrapeGroup) => missedScrapes(own.url, [peer.url], span, group);
  expect(await missed(groups[1]!)).toEqual([{ from: FROM + 330_000, to: FROM + 390_001 }]);
  expect(await missed(groups[2]!)).toEqual([]);
});

test('what lies in gaps is fetched, under the labels that are stored, and only once', async () => {
  // 61 and 2 of each series that is scraped every second, 4 or 5 of the slow one, 2 and 2, 10, and 1.
  expect(await backfill()).toBeGreaterThanOrEqual(3 * 63 + 4 + 4 + 11);
  for (const one of ['up{job="x"}', 'm{job="x",cluster=""}', 'm{job="x",cluster="demo"}']) {
    // One that is missing gets its two neighbours.
    expect(await countSamples(own.url, one, '15m')).toBe(539 + 61 + 2);
  }
  // Of 40 four were missing; five of the peer's lie between; that ours has not got its newest yet is no gap.
  expect(await countSamples(own.url, 'm{job="slow"}', '15m')).toBe(36 + 5);
  expect(await countSamples(own.url, 'm{job="minute.1"}', '15m')).toBe(9 + 2);
  // Nothing of ours is missing there, however little is read of it at once.
  expect(await countSamples(own.url, 'm{job="elsewhere"}', '15m')).toBe(10);
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
