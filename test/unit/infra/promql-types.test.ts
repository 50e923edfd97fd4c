import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { givesNoSample, wrongType } from '../../../lib/infra/config/promql/types';

test.each([
  ['rate(up)', 0, /rate is given no range/],
  ['1 + max_over_time(up)', 4, /max_over_time is given no range/],
  ['abs(up[5m])', 4, /abs takes no range/],
  ['sum by (job) (up[5m])', 14, /an aggregation takes no range/],
  ['up[5m] > 0', 0, /an operator takes no range/],
  ['up{job=~"("}', 8, /no regular expression/],
  ['up{job!~`a(?!b)`}', 8, /no regular expression/],
  ['sum(up{a="b", "c d"=~"*x"})', 21, /no regular expression/],
  ['up{a=~"\\\\Z"}', 6, /no regular expression/],
  ['up{a=~"\\\\h"}', 6, /no regular expression/],
  ['up{a=~"x{1001}"}', 6, /no regular expression/],
  ['up{a=~`\\1`}', 6, /no regular expression/],
  ['up{a="\\d"}', 5, /means nothing in quotes/],
  ["count(up{a='b\\_'})", 11, /means nothing in quotes/],
])('%s is wrong at %i', (expr, offset, what) => {
  expect(wrongType(expr)).toMatchObject({ offset, what: expect.stringMatching(what) });
});

test.each([
  'up',
  '1',
  'vector(time())',
  'rate(up[5m] @ end())',
  'rate((up[5m] offset -1m)) # a comment\n> 0',
  '# a comment\nup > 0',
  'max_over_time(rate(up[5m])[1h:])',
  'predict_linear(up[1h], 3600)',
  'quantile_over_time(0.9, up[5m])',
  'label_replace(up, "a", "$1", "b", "(.*)")',
  'histogram_quantile(0.99, sum by (le) (rate(x_bucket[5m])))',
  'topk(3, up)',
  'absent(up) or absent_over_time(up[1h])',
  'up{job=~"(?i)a|b", x!~"(?P<n>[[:alpha:]]+)\\\\.c"}',
  'up{job=~"(", }'.replace('(', '\\\\('),
  'up{job="("}',
  'up{path=~"C:\\\\\\\\1.*"}',
  'up{path=~"\\\\123\\\\x{10FFFF}\\\\pL\\\\.\\\\-"}',
  'up{a="\\n\\"\\\\", b=`\\d`}',
  'rate(up[5m] anchored)',
])('%s is not', (expr) => {
  expect(wrongType(expr)).toBeNull();
});

test.each(['up[5m]', '(up[5m] offset 1m)', 'up[5m:1m]', '"text"'])(
  '%s gives no sample: a rule fails each time',
  (expr) => {
    expect([wrongType(expr), givesNoSample(expr)]).toEqual([
      null,
      expect.stringMatching(/^its result is a (range|text)/),
    ]);
    expect(givesNoSample(`count(up) + ${expr.length}`)).toBeNull();
  },
);

test('no rule that is here is', () => {
  for (const dir of ['../../../config/rules', '../../../local/demo/rules'].map((d) => join(__dirname, d))) {
    for (const file of readdirSync(dir)) {
      const { groups } = parse(readFileSync(join(dir, file), 'utf8')) as { groups: { rules: { expr: string }[] }[] };
      for (const { expr } of groups.flatMap(({ rules }) => rules))
        expect([expr, wrongType(expr)]).toEqual([expr, null]);
    }
  }
});
