import { discoveryOf, knownInClusterQuery, undiscovered } from '../../../../lib/core/failover/discovery';
import { promqlError } from '../../../../lib/infra/config/promql/promql';

/** As Prometheus 3.15 exposes it. */
const METRICS = `# HELP prometheus_sd_discovered_targets Current number of discovered targets.
# TYPE prometheus_sd_discovered_targets gauge
prometheus_sd_discovered_targets{config="alertmanagers",name="notify"} 1
prometheus_sd_discovered_targets{config="config-0",name="notify"} 1
prometheus_sd_discovered_targets{config="ec2",name="scrape"} 0
prometheus_sd_discovered_targets{config="mixed",name="scrape"} 2
prometheus_sd_discovered_targets{config="a \\"b\\" \\\\",name="scrape"} 1e+06
prometheus_sd_discovered_targets{config="thanos-query",name="scrape"} 0
prometheus_sd_refresh_duration_seconds{config="ec2",mechanism="ec2",quantile="0.5"} 0.1
prometheus_sd_refresh_duration_seconds_sum{config="ec2",mechanism="ec2"} 0.4
prometheus_sd_refresh_duration_seconds_count{config="ec2",mechanism="ec2"} 4
prometheus_sd_refresh_duration_seconds_count{config="mixed",mechanism="http"} 3
prometheus_sd_refresh_failures_total{config="ec2",mechanism="ec2"} 4
prometheus_sd_refresh_failures_total{config="mixed",mechanism="http"} 2
`;

test('what a Prometheus says of its discovery, but of some jobs', () => {
  expect(Object.fromEntries(discoveryOf(METRICS, ['thanos-query']))).toEqual({
    ec2: { targets: 0, refreshed: false },
    mixed: { targets: 2, refreshed: true },
    'a "b" \\': { targets: 1_000_000, refreshed: true },
  });
});

test('before its first answer a mechanism has not refreshed', () => {
  const first = `prometheus_sd_discovered_targets{config="a",name="scrape"} 0
prometheus_sd_refresh_duration_seconds_count{config="a",mechanism="http"} 0
prometheus_sd_refresh_failures_total{config="a",mechanism="http"} 0`;
  expect(discoveryOf(first, []).get('a')).toEqual({ targets: 0, refreshed: false });
});

test.each<[string, [targets: number, refreshed: boolean], number | undefined, boolean]>([
  ['nothing found, and others know some', [0, false], 3, true],
  ['nothing found by a mechanism that counts nothing (consul, kubernetes)', [0, true], 3, true],
  ['the static part of a job only', [1, false], 3, true],
  ['as many as others', [3, false], 3, false],
  ['fewer of a discovery that works: it was later, or the targets went', [2, true], 3, false],
  ['nothing found, and nobody knows any: broken for all, or none are there', [0, false], 0, false],
  ['nobody says anything of that job', [0, false], undefined, false],
])('%s', (_, [targets, refreshed], elsewhere, blind) => {
  const own = new Map([['job', { targets, refreshed }]]);
  const known = new Map(elsewhere === undefined ? [] : [['job', elsewhere]]);
  expect(undiscovered(own, known)).toEqual(blind ? ['job'] : []);
});

test('a job that only others have is none of its own', () => {
  expect(undiscovered(new Map(), new Map([['new', 3]]))).toEqual([]);
});

test('what others know is asked as PromQL, of nodes of the cluster only', () => {
  const query = knownInClusterQuery('a', ['a', 'b', 'c']);
  expect(promqlError(query)).toBeNull();
  expect(query).toMatch(
    /^max by \(config\) \(\S+node=~"b\|c"\}\) or max by \(config\) \(max_over_time\(\S+node=~"a\|b\|c"\}/,
  );
});
