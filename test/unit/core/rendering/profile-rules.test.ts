import { profileIntervalMs, intervalOf } from '../../../../lib/contract/profile';
import { rulesInScrapeInterval } from '../../../../lib/core/rendering/profile-rules';
import { inScrapeInterval } from '../../../../lib/core/rendering/promql-rewrite';

const REDUCED = intervalOf('reduced', '1s', 0);
const MINIMAL = intervalOf('minimal', '1s', 0);
const none = (): boolean => false;
const reduced = (expr: string): string => inScrapeInterval(expr, REDUCED, none).expr;

test('every instant selector looks back over its window, with what belongs to it', () => {
  const cases: [string, string][] = [
    ['up == 0', 'last_over_time(up[15s]) == 0'],
    ['a{x="b"} / (b > 0)', 'last_over_time(a{x="b"}[15s]) / (last_over_time(b[15s]) > 0)'],
    ['a + b offset 5m', 'last_over_time(a[15s]) + last_over_time(b[15s] offset 5m)'],
    ['a offset 5m + b', 'last_over_time(a[15s] offset 5m) + last_over_time(b[15s])'],
    ['a @ end() offset 3s > 1', 'last_over_time(a[15s] @ end() offset 3s) > 1'],
    ['sum by (job) (up)', 'sum by (job) (last_over_time(up[15s]))'],
    ['{__name__="x"}', 'last_over_time({__name__="x"}[15s])'],
    ['max_over_time(a[5m:1s])', 'max_over_time(last_over_time(a[15s])[5m:1s])'],
    ['absent(up{job="x"})', 'absent_over_time(up{job="x"}[15s])'],
    ['absent(up{job="x"} offset 1m)', 'absent_over_time(up{job="x"}[15s] offset 1m)'],
    ['a offset 1.5 > 1', 'last_over_time(a[15s] offset 1.5) > 1'],
    ['a offset - 5m - 3', 'last_over_time(a[15s] offset - 5m) - 3'],
    ['a @ 1609746000.5 - 3', 'last_over_time(a[15s] @ 1609746000.5) - 3'],
    ['a @ start()', 'last_over_time(a[15s] @ start())'],
    ['a offset -5m @ -1.5e3', 'last_over_time(a[15s] offset -5m @ -1.5e3)'],
    ['absent((a))', 'absent_over_time((a[15s]))'],
    ['absent ( a )', 'absent_over_time ( a[15s] )'],
    ['absent(sum(a))', 'absent(sum(last_over_time(a[15s])))'],
    ['abs(a)', 'abs(last_over_time(a[15s]))'],
    ['vector(1)', 'vector(1)'],
  ];
  for (const [from, to] of cases) expect(reduced(from)).toBe(to);
});

test('ranges stay while they hold two samples, and are widened and named when they do not', () => {
  expect(inScrapeInterval('rate(a[10s] offset 1m)', REDUCED, none)).toEqual({
    expr: 'rate(a[10s] offset 1m)',
    lost: [],
    metrics: ['a'],
  });
  const { expr, lost } = inScrapeInterval('rate(a{b="c"}[10s])', MINIMAL, none);
  expect(expr).toBe('rate(a{b="c"}[45s])');
  expect(lost).toEqual(['a{b="c"}[10s] holds fewer than two samples and looks back 45s instead']);
});

test('a range is in any unit that Prometheus takes; only one that is too short is widened', () => {
  const minimal = (expr: string): string => inScrapeInterval(expr, MINIMAL, none).expr;
  expect(minimal('rate(a[29s])')).toBe('rate(a[45s])');
  expect(minimal('rate(a[30s])')).toBe('rate(a[30s])');
  expect(minimal('rate(a[29])')).toBe('rate(a[45s])');
  expect(minimal('rate(a[29.5])')).toBe('rate(a[45s])');
  expect(minimal('rate(a[30])')).toBe('rate(a[30])');
  expect(minimal('rate(a[500ms])')).toBe('rate(a[45s])');
  expect(minimal('rate(a[1m10s])')).toBe('rate(a[1m10s])');
});

test('metrics are those that it selects by name', () => {
  const metrics = (expr: string): readonly string[] => inScrapeInterval(expr, REDUCED, none).metrics;
  expect(metrics('a{x="y"} + rate(b[1m]) + {__name__="c"}')).toEqual(['a', 'b', 'c']);
  expect(metrics('{ __name__ = "c", x="y"}')).toEqual(['c']);
  expect(metrics('{__name__=~"c.*"} + {x="__name__"} + 1')).toEqual([]);
});

test('what counts samples finds fewer of them, and is named; not where they come as often as configured', () => {
  const lost = (expr: string, interval = REDUCED): readonly string[] => inScrapeInterval(expr, interval, none).lost;
  expect(lost('count_over_time(a{b="c"}[1m] offset 5m) < 50')).toEqual([
    'count_over_time(a{b="c"}[1m]) has fewer samples to add up',
  ]);
  expect(lost('sum by (job) (sum_over_time(up[1m])) < 50')).toEqual([
    'sum_over_time(up[1m]) has fewer samples to add up',
  ]);
  expect(lost('count_over_time(a[1m])', intervalOf('reduced', '5s', 0))).toEqual([]);
  // Of a subquery the steps are counted, which are as many as ever; an average is one of fewer samples.
  expect(lost('count_over_time(a[1m:1s]) + avg_over_time(a[1m]) + max_over_time(a[1m])')).toEqual([]);
});

test('what rules record comes as often as ever and stays as it is', () => {
  expect(inScrapeInterval('a:rate10s == 0 and rate(a:x[3s]) > 0', MINIMAL, (m) => m.startsWith('a:'))).toMatchObject({
    expr: 'a:rate10s == 0 and rate(a:x[3s]) > 0',
    lost: [],
  });
});

test('the time of a sample is the one thing a window cannot give', () => {
  const { expr, lost } = inScrapeInterval('time() - timestamp(up)', REDUCED, none);
  expect(expr).toBe('time() - timestamp(up)');
  expect(lost).toEqual(['timestamp(up) is of a sample that is up to one interval older']);
  expect(inScrapeInterval('timestamp(up{job="x"} offset 5m)', REDUCED, none)).toMatchObject({
    expr: 'timestamp(up{job="x"} offset 5m)',
    lost: ['timestamp(up{job="x"} offset 5m) is of a sample that is up to one interval older'],
  });
  // Of a sum it is the time of the evaluation, as before.
  expect(reduced('timestamp(sum(up))')).toBe('timestamp(sum(last_over_time(up[15s])))');
});

test('the window covers the slowest job, and a slower configuration stays as it is', () => {
  expect(intervalOf('reduced', '1s', 15_000).windowMs).toBe(45_000);
  expect(profileIntervalMs('reduced', '10s')).toBe(10_000);
  expect(profileIntervalMs('normal', '1s')).toBe(1_000);
});

const RULES = `groups:
  - name: g
    rules:
      - record: a:rate10s
        expr: rate(a[10s])
      - record: a:sum
        expr: sum(a:rate10s)
      - alert: A
        expr: a:sum == 0
        for: 10s
        labels: { severity: page }
        annotations: { summary: 'at {{ $value }}' }
      - alert: B
        expr: b > 1 or noisy > 2
`;

test('files keep names, labels and timers; what cannot keep its meaning is named with its place', () => {
  const { files, lost } = rulesInScrapeInterval({ 'a.yml': RULES }, MINIMAL, (metric) => metric === 'noisy');
  expect(files['a.yml']).toContain('expr: rate(a[45s])');
  expect(files['a.yml']).toContain('expr: a:sum == 0\n        for: 10s\n        labels: { severity: page }');
  expect(files['a.yml']).toContain('expr: last_over_time(b[45s]) > 1 or last_over_time(noisy[45s]) > 2');
  expect(lost.map(({ rule, path, lost: why }) => [rule, path[3], why.join()])).toEqual([
    ['recording rule a:rate10s', 0, 'a[10s] holds fewer than two samples and looks back 45s instead'],
    ['recording rule a:sum', 1, 'it is computed from a:rate10s'],
    ['alert A', 2, 'it is computed from a:sum'],
    ['alert B', 3, 'noisy is not scraped'],
  ]);
});

test('in a profile in which everything fits nothing is lost', () => {
  expect(rulesInScrapeInterval({ 'a.yml': RULES }, REDUCED, none).lost).toEqual([]);
});

test('what is recorded in one file counts in every other, and so does what Prometheus itself writes of alerts', () => {
  const alert = (expr: string): string => `groups: [{ name: g, rules: [{ alert: X, expr: '${expr}' }] }]\n`;
  const { files, lost } = rulesInScrapeInterval(
    { 'b.yml': alert('a:rate10s > 0'), 'c.yml': alert('ALERTS > 0 or ALERTS_FOR_STATE > 0'), 'a.yml': RULES },
    MINIMAL,
    none,
  );
  expect(Object.keys(files)).toEqual(['a.yml', 'b.yml', 'c.yml']);
  expect(files['b.yml']).toContain("expr: 'a:rate10s > 0'");
  expect(files['c.yml']).toContain("expr: 'ALERTS > 0 or ALERTS_FOR_STATE > 0'");
  expect(lost.at(-1)).toEqual({
    file: 'b.yml',
    path: ['groups', 0, 'rules', 0, 'expr'],
    rule: 'alert X',
    lost: ['it is computed from a:rate10s'],
  });
});

test('what is computed from a lost series is lost, in whatever order the rules stand', () => {
  const rules = ['c: sum(b)', 'b: sum(a)', 'a: rate(x[10s])', 'd: sum(y)'].map((rule) => {
    const [record, expr] = rule.split(': ');
    return `{ record: ${record}, expr: '${expr}' }`;
  });
  const { lost } = rulesInScrapeInterval(
    { 'a.yml': `groups: [{ name: g, rules: [${rules.join(', ')}] }]` },
    MINIMAL,
    none,
  );
  expect(lost.map(({ rule, lost: why }) => [rule, ...why])).toEqual([
    ['recording rule c', 'it is computed from b'],
    ['recording rule b', 'it is computed from a'],
    ['recording rule a', expect.stringContaining('fewer than two samples')],
  ]);
});

test('files without rules, and rules without an expression, stay as they are', () => {
  const files = {
    'a.yml': 'groups:\n',
    'b.yml': 'groups:\n  - name: g\n    rules:\n',
    'c.yml': '',
    'd.yml': 'groups:\n  - name: g\n    rules:\n      - alert: A\n        expr: 1\n      - alert: B\n',
  };
  const rendered = rulesInScrapeInterval(files, MINIMAL, none);
  expect(rendered.lost).toEqual([]);
  expect(rendered.files['a.yml']).toBe('groups:\n');
  expect(rendered.files['b.yml']).toBe('groups:\n  - name: g\n    rules:\n');
  expect(rendered.files['d.yml']).toContain('- alert: B\n');
});

test('the first of several documents is rewritten, with hundreds of aliases and values as they are written', () => {
  const rules = Array.from({ length: 200 }, (_, i) => `  - { alert: A${i}, expr: up, labels: *l }\n`).join('');
  const text = `groups:\n- name: g\n  labels: &l { id: 0123 }\n  rules:\n${rules}---\n: [not read\n`;
  const file = rulesInScrapeInterval({ 'a.yml': text }, MINIMAL, () => false).files['a.yml']!;
  expect(file).toContain('id: 0123');
  expect(file.match(/last_over_time\(up\[45s\]\)/g)).toHaveLength(200);
  expect(file).not.toContain('not read');
});
