import { checkRules, type RulesVerdict } from '../../../../lib/infra/config/check/rules';

const check = (text: string): RulesVerdict => checkRules({ 'a.yml': text }, (name) => `rules/${name}`);
const said = (text: string): string[] => check(text).form.map(({ message }) => message);
/** A file with one alert that has these lines more. */
const alert = (lines: string): string =>
  `groups:\n- name: g\n  rules:\n  - alert: A\n    expr: up == 0\n    ${lines}\n`;
const expression = (expr: string): string => `groups:\n- name: g\n  rules:\n  - record: a:b\n    expr: ${expr}\n`;

describe('what Prometheus takes', () => {
  test.each([
    ['one name with two expressions', alert('for: 1m\n  - { alert: A, expr: up == 1 }')],
    ['numbers and truth values as labels', alert('labels: { severity: 1, page: true, since: 2024-01-01, id: 0123 }')],
    ['a timer of nothing', alert('for: 0')],
    ['keys without a value', alert('for:\n    labels:\n    annotations:\n    keep_firing_for: ~')],
    ['a label without a value', alert('labels: { team: }')],
    ['an empty file', ''],
    ['a comment', '# nothing yet\n'],
    ['a bare groups', 'groups:\n'],
    ['a group without rules', 'groups:\n- name: g\n- { name: h, rules: }\n'],
    ['names of UTF-8', alert('labels: { app-name: x, service.name: y, größe: z }\n    annotations: { run-book: x }')],
    ['a recorded name of UTF-8', 'groups:\n- name: g\n  rules:\n  - { record: http.requests, expr: up }\n'],
    ['merge keys', 'groups:\n- name: g\n  rules:\n  - &a { alert: A, expr: up }\n  - { <<: *a, for: 5m }\n'],
    ['a second document', `${alert('for: 1m')}---\n: [not read\n`],
    ['a byte order mark', `\uFEFF${alert('for: 1m')}`],
    ['a number as expression', expression('1')],
    ['a number that ends in a point', expression('up * 5. + 1./6.')],
    ['a metric that is called offset', expression('sum(offset{a="b"}) + offset offset 5m')],
    ['hundreds of operators', expression(Array(2_000).fill('up').join(' + '))],
    ['a path with backslashes', expression(`'up{path=~"C:\\\\\\\\1"}'`)],
    ['a limit', 'groups:\n- { name: g, limit: 10, query_offset: 1m, interval: 30s, labels: { a: 1 }, rules: [] }\n'],
    ['a recording rule with an empty timer', 'groups:\n- name: g\n  rules:\n  - { record: a, expr: up, for: 0s }\n'],
  ])('%s', (_, text) => expect(said(text)).toEqual([]));

  test('hundreds of aliases', () => {
    const aliases = Array.from({ length: 400 }, (_, i) => `  - { alert: A${i}, expr: up, labels: *l }\n`).join('');
    expect(said(`groups:\n- name: g\n  labels: &l { a: b }\n  rules:\n${aliases}`)).toEqual([]);
  });
});

describe('what Prometheus refuses is refused with its line, its rule and the mend', () => {
  test.each([
    [alert('for: 5'), /a.yml:6:5: alert A: for .*\n.*"5"\n.*with its unit, such as 30s/],
    [alert('for: 300y'), /a.yml:6:5: alert A: for .*\n.*"300y"\n.*below 292y/],
    [alert('severity: page'), /a.yml:6:5: alert A: there is no key severity/],
    [alert('labels: [page]'), /a.yml:6:5: alert A: labels .*\n.*\n.*names and values/],
    [alert('labels: { __name__: x }'), /a.yml:6:15: alert A: this label cannot be set/],
    [
      'groups:\n- name: g\n  rules:\n  - expr: up\n',
      /a.yml:4:5: a rule without a name: .*\n.*neither alert nor record\n.*`alert: Name`/,
    ],
    ['groups:\n- name: g\n  rules:\n  -\n', /a.yml:4:4: a rule without a name: this rule has no name/],
    ['groups:\n-\n', /a.yml:2:2: .*a group: name and rules/s],
    ['groups:\n- rules: []\n', /a.yml:2:3: this group has no name/],
    ['groups:\n- name: g\n- name: g\n', /a.yml:3:3: two groups of a file have the same name/],
    [
      'groups:\n- name: g\n  rules:\n  - { alert: A, record: b, expr: up }\n',
      /a.yml:4:17: .*recording rule and an alert in one/,
    ],
    [
      'groups:\n- name: g\n  rules:\n  - { record: a, expr: up, for: 5m }\n',
      /a.yml:4:28: recording rule a: for has no meaning/,
    ],
    ['groups:\n- name: g\n  rules:\n  - { record: "a{b}", expr: up }\n', /a.yml:4:7: recording rule a\{b\}: braces/],
    ['groups:\n- name: g\n  rules:\n  - { alert: A }\n', /a.yml:4:5: alert A: this rule has no expression/],
    [expression('sum by (job) (rat(up[5m]))'), /a.yml:5:25: recording rule a:b: there is no function rat\n/],
    [expression('up ='), /a.yml:5:14: recording rule a:b: this is not PromQL/],
    [alert('annotations:\n      summary: Down: x'), /a.yml:7:16: this is not YAML[^]*put the text in quotes/],
    [
      alert('annotations:\n      summary: {{ $labels.x }} is down'),
      /a.yml:7:\d+: this is not YAML[^]*put the text in quotes/,
    ],
    [alert('annotations:\n\t\tsummary: x'), /a.yml:7:\d+: this is not YAML[^]*spaces/],
    ['a: &a [x, x, x, x, x, x, x, x, x, x]\n', /there is no key a here/],
    [laughs(9), /a.yml:1:1: this YAML cannot be resolved/],
  ])('%j', (text, message) => expect(said(text)[0]).toMatch(message));
});

/** Each line is ten times the one before. */
function laughs(lines: number): string {
  const line = (i: number): string =>
    `a${i}: &a${i} [${Array(10)
      .fill(`*a${i - 1}`)
      .join(', ')}]\n`;
  return `a0: &a0 [x]\n${Array.from({ length: lines }, (_, i) => line(i + 1)).join('')}`;
}

test('only what is the same in everything is warned of', () => {
  const { warnings, form } = check(
    alert('for: 1m\n  - { alert: A, expr: up == 0 }\n  - { alert: A, expr: up == 0, labels: { a: b } }'),
  );
  expect({ warnings, form }).toEqual({
    warnings: ['rules/a.yml:7:5: alert A is the same as at rules/a.yml:4:5: remove one of them'],
    form: [],
  });
});

test('several documents, a rule that gives no sample, and the label cluster are warned of', () => {
  const text = alert('labels: { cluster: a }\n  - { record: r, expr: "up[5m]" }') + '---\ngroups: []\n';
  expect(check(text)).toMatchObject({ form: [], clashes: [] });
  expect(check(text).warnings).toEqual([
    expect.stringMatching(/^rules\/a.yml: there are 2 documents/),
    expect.stringMatching(/^rules\/a.yml:6:15: alerts keep the label cluster: a/),
    expect.stringMatching(/^rules\/a.yml:7:18: recording rule r would fail each time/),
  ]);
});

test('10,000 rules take some seconds at most', () => {
  const file = (rules: number): string =>
    `groups:\n- name: g\n  rules:\n${Array.from({ length: rules }, (_, i) => `  - { alert: A${i}, expr: "rate(a${i}[10s]) > ${i}" }\n`).join('')}`;
  const started = Date.now();
  expect(check(file(10_000))).toEqual({ form: [], clashes: [], warnings: [] });
  expect(Date.now() - started).toBeLessThan(30_000);
});
