import type { Probe } from '../../../../lib/core/failover/health';
import { DEFAULT_POLICY } from '../../../../lib/contract/documents/policy';
import { reportStatus } from '../../../../lib/core/status/status';
import { renderStatus } from '../../../../lib/core/status/render-status';
import type { ClusterView } from '../../../../lib/core/status/cluster-view';
import { alertingProof, watchdogsIn } from '../../../../lib/core/alerts/watchdog';
import { aProbe } from '../../../fixtures/builders';
import type { Notification } from '../../../../lib/contract/documents/alerts';

const T = Date.parse('2027-01-01T12:00:00Z');
const probe = (node: string, watchdogAt: number | null | undefined): Probe =>
  aProbe(node, { at: T, agent: { gateOpen: node === 'a', watchdogAt } });

describe("the dead man's switch", () => {
  const alert = (at: string, more: object = {}): Notification['alerts'][number] => ({
    status: 'firing',
    labels: { alertname: 'Watchdog', prometheus_ha: 'watchdog' },
    annotations: { evaluated_at: at },
    startsAt: '',
    ...more,
  });

  it('reads the time as Prometheus writes numbers into annotations, the youngest', () => {
    const alerts = [alert('1.798804805123e+09'), alert('1.7988048e+09')];
    expect([...watchdogsIn({ alerts }, 1.8e12)]).toEqual([[0, 1798804805123]]);
  });

  it.each([
    ['one that has ended', alert('1.79e+09', { status: 'resolved' })],
    ["a user's alert of the same name", alert('1.79e+09', { labels: { alertname: 'Watchdog' } })],
    [
      'one of a target that claims the label',
      alert('1.79e+09', { labels: { alertname: 'RedisDown', prometheus_ha: 'watchdog' } }),
    ],
    ['one without a time', alert('')],
    ['one with something else for a time', alert('soon')],
    ['one from beyond the end of time', alert('1e+300')],
    ['one from 2099: it would be the youngest for ever', alert('4.07e+09')],
  ])('does not count %s', (_, only) => {
    expect(watchdogsIn({ alerts: [only] }, 1.8e12).size).toBe(0);
  });

  it('tells the shards apart: one that is silent is not covered by another', () => {
    const of = (shard: string, at: string) => ({
      ...alert(at),
      labels: { ...alert(at).labels, prometheus_ha_shard: shard },
    });
    expect([...watchdogsIn({ alerts: [of('0', '1.79e+09'), of('1', '1.7e+09')] }, 1.8e12)]).toEqual([
      [0, 1.79e12],
      [1, 1.7e12],
    ]);
  });

  it('may come from a clock that is ahead by a minute, and no more', () => {
    const shards = (seconds: string) => watchdogsIn({ alerts: [alert(seconds)] }, 1.8e12).size;
    expect([shards('1800000060'), shards('1800000060.001')]).toEqual([1, 0]);
    const proof = (ms: number) => alertingProof([probe('a', T + ms)], T)?.at;
    expect([proof(60_000), proof(60_001)]).toEqual([T + 60_000, undefined]);
  });

  it('is not proven by a time in the future', () => {
    expect(alertingProof([probe('a', T + 61_000), probe('b', T - 4_000)], T)).toEqual({ node: 'b', at: T - 4_000 });
  });

  it('is proven by the youngest of all nodes, whichever it came back to', () => {
    expect(alertingProof([probe('a', T - 9_000), probe('b', T - 4_000)], T)).toEqual({ node: 'b', at: T - 4_000 });
    expect(alertingProof([probe('a', null), { ...probe('b', T), agent: null }, probe('c', undefined)], T)).toBeNull();
  });
});

describe('status', () => {
  const view = (ages: (number | null)[], sinceMs = 600_000): ClusterView => ({
    cluster: 'c',
    shard: 0,
    nodes: ['a', 'b'],
    assignment: {
      version: 1,
      epoch: 3,
      active: 'a',
      reason: 'first',
      by: 'operator',
      since: new Date(T - sinceMs).toISOString(),
      at: new Date(T - sinceMs).toISOString(),
      paused: null,
      promotions: [],
      appliedEpoch: 0,
    } as unknown as ClusterView['assignment'],
    heartbeatAt: new Date(T - 1_000).toISOString(),
    announcements: new Map(
      ['a', 'b'].map((node) => [node, { node, address: '10.0.0.1', zone: 'z' }]),
    ) as unknown as ClusterView['announcements'],
    probes: new Map(['a', 'b'].map((node, i) => [node, probe(node, ages[i] === null ? null : T - ages[i]!)])),
    complaints: new Map(),
    quarantine: new Map(),
    remedies: [],
    queries: null,
    policy: DEFAULT_POLICY,
  });

  it('says how long ago a watchdog alert was delivered end to end', () => {
    const report = reportStatus(view([null, 12_400]), T);
    expect(report).toMatchObject({ healthy: true, alerting: { node: 'b', ageMs: 12_400 } });
    expect(renderStatus(report, T)).toContain('The last watchdog alert was delivered end to end 12 s ago');
  });

  it.each([
    ['too old', [61_000, 90_000], 'last came back 61 s ago'],
    ['unknown', [null, null], 'has come back to no node'],
  ])('complains when the youngest is %s', (_, ages, sentence) => {
    const { healthy, problems } = reportStatus(view(ages), T);
    expect(healthy).toBe(false);
    expect(problems).toEqual([expect.stringContaining(sentence)]);
  });

  it('gives a system that has just begun to alert the time to do so', () => {
    expect(reportStatus(view([null, null], 30_000), T).healthy).toBe(true);
  });
});
