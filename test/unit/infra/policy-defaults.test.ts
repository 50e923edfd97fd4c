import config from '../../fixtures/config/cluster';
import { DEFAULT_POLICY } from '../../../lib/contract/documents/policy';
import { resolveCluster } from '../../../lib/infra/config/check/cluster';
import { times } from '../../../lib/infra/config/relations/times';
import type { ClusterConfig } from '../../../lib/infra/config/cluster';
import { otherIntervals } from '../../../local/run/deploy/overlay';

const cluster = (change: Partial<ClusterConfig>): ReturnType<typeof resolveCluster> =>
  resolveCluster({ ...config, ...change });

test('at 1s, 1s and 15s the policy is the default one', () => {
  const intervals = { scrapeInterval: '1s', evaluationInterval: '1s', resendDelay: '15s' };
  expect(cluster(intervals).policy).toEqual(DEFAULT_POLICY);
});

test.each([
  ['15s', '15s', '1m', 45_000, 120_000],
  ['30s', '1m', '5m', 90_000, 410_000],
  ['1m', '1m', '1m', 180_000, 170_000],
])(
  'scrapes of %s, evaluations of %s and resends of %s need nothing in policy',
  (scrapeInterval, evaluationInterval, resendDelay, lag, silent) => {
    const made = cluster({ scrapeInterval, evaluationInterval, resendDelay });
    expect(made.policy).toEqual({ ...DEFAULT_POLICY, maxScrapeLagMs: lag, alertingSilentMs: silent });
    expect(times(made)).toEqual([]);
  },
);

test('what the user sets stays, and what it hangs on is looked at', () => {
  const policy = { maxScrapeLagMs: 20_000, alertingSilentMs: 70_000 };
  const made = cluster({ scrapeInterval: '15s', evaluationInterval: '15s', resendDelay: '1m', policy });
  expect(made.policy).toMatchObject(policy);
  expect(times(made).map(({ path }) => path.join('.'))).toEqual(['policy.alertingSilentMs', 'policy.maxScrapeLagMs']);
});

test('the start says which intervals are others here', () => {
  const played = { scrapeInterval: '1s', evaluationInterval: '1s', resendDelay: '15s' };
  expect(otherIntervals(played, played)).toEqual([]);
  expect(otherIntervals({ ...played, scrapeInterval: '15s', resendDelay: '1m' }, played)).toEqual([
    'scrapeInterval 1s instead of 15s',
    'resendDelay 15s instead of 1m',
  ]);
});
