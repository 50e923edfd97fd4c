import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { readAuditOptions, thanosSource, writePage } from '../../../lib/cli/commands/audit';
import { collect } from '../../../lib/cli/audit/collect';
import { AuditSource } from '../../../lib/cli/audit/source';
import { audit } from '../../../lib/core/audit/audit';

const servers: Server[] = [];
afterAll(() => servers.forEach((s) => s.close().closeAllConnections()));

interface Fake {
  readonly clockAheadMs?: number;
  /** Seconds of the range, by its own clock, that it has no samples of. */
  readonly without?: readonly [number, number];
  readonly externalLabels?: Readonly<Record<string, string>>;
  readonly warnings?: readonly string[];
  readonly older?: boolean;
  readonly fails?: boolean;
  /** When its samples end, by its own clock. */
  readonly until?: number;
  /** How long it keeps samples, as it says it; it has none that are older. */
  readonly retention?: string;
}

const FROM = Date.UTC(2026, 0, 1, 3);
const MINUTES = 12;
const TO = FROM + MINUTES * 60_000;

/** As Prometheus shows it: defaults included. */
const CONFIG = `scrape_configs:
- job_name: engine (as the file calls it)
  static_configs: [{ targets: ['h:1'] }]
- job_name: slow (as the file calls it)
  ec2_sd_configs: [{ region: eu-west-1, refresh_interval: 1m }]
  file_sd_configs: [{ files: [a.json], refresh_interval: 5m }, { files: [b.json], refresh_interval: 10s }]
`;

/** Answers as Prometheus does: one job every second since the beginning, one every 15 s. */
async function serve(fake: Fake): Promise<{ url: string; asked: URLSearchParams[] }> {
  const asked: URLSearchParams[] = [];
  const ahead = fake.clockAheadMs ?? 0;
  const server = createServer((request, response) => {
    const url = new URL(request.url!, 'http://x');
    const send = (body: unknown): void => void response.end(JSON.stringify(body));
    if (fake.fails) return void response.writeHead(503).end('starting');
    if (url.pathname === '/api/v1/targets') {
      const active = (job: string, scrapeInterval: string) => ({
        labels: { job, instance: 'h:1' },
        scrapeInterval,
        scrapePool: `${job} (as the file calls it)`,
      });
      return send({ data: { activeTargets: [active('engine', '1s'), active('slow', '15s')] } });
    }
    if (url.pathname === '/api/v1/status/config') return send({ data: { yaml: CONFIG } });
    if (url.pathname === '/api/v1/status/runtimeinfo') {
      return send({ data: { storageRetention: fake.retention ?? '15d or 100GiB' } });
    }
    asked.push(url.searchParams);
    const query = url.searchParams.get('query')!;
    const time = Number(url.searchParams.get('time')) * 1000;
    if (query === 'time()') return send({ data: { result: [0, String((Date.now() + ahead) / 1000)] } });
    if (query.startsWith('count('))
      return send({ data: { result: fake.older === false ? [] : [{ metric: {}, value: [0, '1'] }] } });
    const [, length] = /\[(\d+)ms\]$/.exec(query)!;
    const [a, b] = fake.without ?? [Infinity, Infinity];
    const series = (job: string, everyMs: number) => {
      const values: [number, string][] = [];
      for (let at = FROM - 60_000; at <= Math.min(time, fake.until ?? Infinity); at += everyMs) {
        const second = (at - FROM) / 1000;
        if (at > time - Number(length) && !(second >= a && second <= b))
          values.push([at / 1000, second === 5 ? '0' : '1']);
      }
      return { metric: { __name__: 'up', job, instance: 'h:1', ...fake.externalLabels }, values };
    };
    const result = [series('engine', 1_000), series('slow', 15_000)].filter((s) => s.values.length > 0);
    send({ data: { result }, warnings: fake.warnings });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

const EXTERNAL = { cluster: 'c', shard: '0' };
const source = async (name: string, fake: Fake) => new AuditSource(name, (await serve(fake)).url);

test('replicas and Thanos are compared target by target, in chunks', async () => {
  const thanos = await serve({ externalLabels: EXTERNAL });
  const collected = await collect(
    [await source('r1', { without: [396, 402] }), await source('r2', {})],
    thanosSource(thanos.url, 'c', 0),
    FROM,
    TO,
  );
  expect(collected).toMatchObject({ unseen: [], notes: [], olderData: true });
  const report = audit(collected);
  expect(report).toMatchObject({ verdict: 'hidden', deduplicatedBy: 'thanos' });
  const engine = report.targets.find((t) => t.job === 'engine')!;
  expect(engine).toMatchObject({ instance: 'h:1', intervalMs: 1_000 });
  expect(engine.replicas.map((r) => [r.present, r.missing, r.down])).toEqual([
    [713, 7, 1],
    [720, 0, 1],
  ]);
  expect(engine.deduplicated).toMatchObject({ view: 'Thanos', expected: 720, present: 720, missing: 0 });
  expect(engine).toMatchObject({ foundWithinMs: 1_000 });
  expect(report.targets.find((t) => t.job === 'slow')).toMatchObject({
    intervalMs: 15_000,
    foundWithinMs: 315_000,
    verdict: 'whole',
  });

  const chunks = thanos.asked.map((p) => p.get('query')!).filter((q) => q.startsWith('up'));
  expect(chunks).toEqual([300_000, 300_000, 120_000].map((ms) => `up{cluster="c",shard="0"}[${ms}ms]`));
  expect(thanos.asked.every((p) => p.get('dedup') === 'true' && p.get('max_source_resolution') === '0s')).toBe(true);
});

test('a replica that does not answer is named, and the rest is compared', async () => {
  const collected = await collect([await source('r1', { fails: true }), await source('r2', {})], null, FROM, TO);
  expect(collected.unseen).toEqual([expect.stringMatching(/^Not looked at: r1 \(http.*HTTP 503 starting\.$/)]);
  expect(collected.replicas.map((v) => v.name)).toEqual(['r2']);
  expect(collected.unseenReplicas).toEqual(['r1']);
  expect(audit(collected).verdict).toBe('whole');
});

test('how far the reading is goes up to the end, though a source does not answer', async () => {
  const shares: number[] = [];
  const dead = thanosSource((await serve({ fails: true })).url, 'c', 0);
  await collect([await source('r1', {})], dead, FROM, TO, (share) => void shares.push(share));
  expect(shares).toEqual([1 / 6, 2 / 6, 3 / 6, 1]);
});

test('so is Thanos, and a Thanos that answers in part', async () => {
  const r1 = await source('r1', {});
  const dead = await collect([r1], thanosSource((await serve({ fails: true })).url, 'c', 0), FROM, TO);
  expect(dead).toMatchObject({ thanos: null, unseen: [expect.stringContaining('Thanos')] });
  const { url } = await serve({ externalLabels: EXTERNAL, warnings: ['no store r2'] });
  const part = await collect([r1], thanosSource(url, 'c', 0), FROM, TO);
  expect(part.unseen).toEqual(['Thanos answered in part only: no store r2.']);
  expect(part.thanos).not.toBeNull();
});

test('a clock that is wrong is named, and makes no gap', async () => {
  const fake = { clockAheadMs: -40_000 };
  const collected = await collect([await source('r1', fake), await source('r2', {})], null, FROM, TO);
  expect(collected.notes).toEqual([
    'The clock of r1 is 40.0 s behind: its times are given in the clock of this machine.',
  ]);
  expect(audit(collected).verdict).toBe('whole');
});

test('a clock of this machine that is wrong makes no gap in Thanos, which has what the replicas stamped', async () => {
  // It is 40 s ahead: everybody else is at 40 s less, and has nothing beyond.
  const fake = { clockAheadMs: -40_000, until: TO - 40_000 };
  const thanos = await serve({ ...fake, externalLabels: EXTERNAL });
  const collected = await collect(
    [await source('r1', fake), await source('r2', fake)],
    thanosSource(thanos.url, 'c', 0),
    FROM,
    TO,
  );
  expect(collected.notes).toHaveLength(2);
  expect(audit(collected)).toMatchObject({ verdict: 'whole', deduplicatedBy: 'thanos' });
});

test('a replica whose clock is wrong does not move Thanos', async () => {
  const thanos = await serve({ externalLabels: EXTERNAL, until: TO });
  const replicas = [await source('r1', { clockAheadMs: 40_000 }), await source('r2', {})];
  expect(audit(await collect(replicas, thanosSource(thanos.url, 'c', 0), FROM, TO)).verdict).toBe('whole');
});

test('a range that is older than what nodes keep: Thanos tells that there was something before', async () => {
  const thanos = await serve({ externalLabels: EXTERNAL });
  const young = await source('r1', { older: false });
  expect((await collect([young], thanosSource(thanos.url, 'c', 0), FROM, TO)).olderData).toBe(true);
});

test.each([
  ['no file', { html: '' }, /--html names no file/],
  ['a directory', { html: tmpdir() }, /--html names no file[^]*fix: .*audit\.html/],
  ['an unknown directory', { html: '/dev/null/audit.html' }, /directory that does not exist/],
  ['a Thanos that is no URL', { thanos: '10.0.0.1:10902' }, /--thanos is not a URL/],
  ['an invalid duration', { range: '15' }, /--range is not a duration/],
])('a usage error is refused before anything is read: %s', (_, change, message) => {
  expect(() => readAuditOptions({ range: '15m', ...change })).toThrow(message);
});

test('a page that cannot be written after all does not take the result with it', async () => {
  const report = audit(await collect([await source('r1', {})], null, FROM, TO));
  expect(writePage('/dev/full', report)).toBe('Not written: the page /dev/full (ENOSPC).');
});

test('what a node deleted because it is too old is not missed in it', async () => {
  const short = { retention: '5m', without: [0, 7 * 60] as const, older: false };
  const thanos = await serve({ externalLabels: EXTERNAL });
  const replicas = [await source('r1', short), await source('r2', { ...short, without: [0, 8 * 60] })];
  const collected = await collect(replicas, thanosSource(thanos.url, 'c', 0), FROM, TO);
  expect(collected.notes[0]).toMatch(/^r1 keeps samples since 2026-01-01T03:07:00.000Z only/);
  const engine = audit(collected).targets.find((t) => t.job === 'engine')!;
  expect(engine).toMatchObject({ verdict: 'hidden', deduplicated: { missing: 0 } });
  // From then on everything counts.
  expect(engine.replicas.map((r) => [r.expected, r.missing])).toEqual([
    [300, 0],
    [300, 60],
  ]);
});

test('nothing older anywhere', async () => {
  const collected = await collect([await source('r1', { older: false })], null, FROM, TO);
  expect(collected.olderData).toBe(false);
});
