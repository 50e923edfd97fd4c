import { wrongWhenSharded } from '../../../lib/infra/config/promql/sharded';
import { shardWarnings } from '../../../lib/infra/config/check/shard-warnings';
import { DEFAULT_POLICY as policy } from '../../../lib/contract/documents/policy';

test.each([
  ['up == 0'],
  ['rate(x_total[1m]) / rate(y_total[1m])'],
  ['sum by (job, instance, symbol) (rate(x[10s])) == 0 and on (job, instance) up == 1'],
  ['histogram_quantile(0.99, sum by (instance, le) (rate(x_bucket[30s])))'],
  ['sum without (symbol) (x)'],
  ['max(x{instance="a:1"}) > 3'],
  ['a{instance="a:1"} / on (job) b{instance="a:1"}'],
  ['x > ignoring (symbol) y'],
])('%s means the same in every shard', (expr) => expect(wrongWhenSharded(expr)).toEqual([]));

test.each([
  ['sum(x)', /^sum\(x\) is taken over the targets of one shard only$/],
  ['avg by (job) (x)', /one shard only/],
  ['count without (instance) (up == 1)', /one shard only/],
  ['topk(3, x)', /one shard only/],
  ['quantile(0.9, x) by (job)', /one shard only/],
  ['sum(x{instance=~"a.*"})', /one shard only/],
  ['absent(up{job="redis"})', /in every shard that has not got the target/],
  ['absent_over_time(x[5m])', /every shard/],
  ['a > on (job) group_left b', /may be in different shards/],
  ['a > ignoring (instance) b', /may be in different shards/],
  ['x > scalar(y)', /NaN/],
])('%s does not', (expr, reason) => {
  expect(wrongWhenSharded(expr).join()).toMatch(reason);
});

const rules = (text: string) => ({ 'a.yml': `groups:\n  - name: a\n    rules:\n${text}` });
const label = (file: string): string => `rules/${file}`;

test('each is told with its place, and only where there are several shards', () => {
  const files = rules('      - alert: Few\n        expr: count(up) < 3\n');
  expect(shardWarnings(files, { shards: 1, policy }, label)).toEqual([]);
  const [queries, few, ...more] = shardWarnings(files, { shards: 2, policy }, label);
  expect(queries).toMatch(/no node has all targets/);
  expect(few).toMatch(/^rules\/a\.yml:5:9: with 2 shards alert Few is wrong: count\(up\) is taken over/);
  expect(more).toEqual([]);
});

test('a timer that outlasts the overlap begins anew when its target moves', () => {
  const files = rules('      - alert: Slow\n        expr: up == 0\n        for: 1h\n');
  expect(shardWarnings(files, { shards: 2, policy }, label).at(-1)).toMatch(
    /^rules\/a\.yml:6:9: alert Slow waits longer/,
  );
});

test('whoever has looked at a rule says so in it', () => {
  const files = rules(
    '      - alert: Few\n        # shard-safe: each shard has its own quorum\n        expr: count(up) < 3\n',
  );
  expect(shardWarnings(files, { shards: 2, policy }, label)).toHaveLength(1);
});
