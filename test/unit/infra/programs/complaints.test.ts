import { aboutOf, aboutUsersFile, complaintsIn } from '../../../../lib/infra/config/programs/complaints';
import { mendOf } from '../../../../lib/infra/config/programs/mends';

/** As Prometheus 3.15.0 says it: what it looks at on the one stream, what is wrong on the other. */
const PROMTOOL = `Checking prometheus.yml
  SUCCESS: 2 rule files found
 SUCCESS: prometheus.yml is valid prometheus config file syntax

Checking rules/a.yml
Checking rules/b.yml

  FAILED:
rules/a.yml: group "g", rule 1, "A": annotation "summary": template: __alert_A:1: undefined variable "$lables"
rules/a.yml: group "h", rule 2, "B": label "sev": template: __alert_B:1: function "foo" not defined
  FAILED:
rules/b.yml: yaml: unmarshal errors:
  line 6: field foo not found in type rulefmt.Rule
  line 9: cannot unmarshal !!seq into string
`;
const AMTOOL = `Checking 'alertmanager.yml'  FAILED: yaml: unmarshal errors:
  line 3: field group_wiat not found in type config.plain

amtool: error: failed to validate 1 file(s)
`;

test('each complaint is one, with the lines that belong to it; errors of YAML are one a line', () => {
  expect(complaintsIn(PROMTOOL)).toEqual([
    expect.stringContaining('undefined variable "$lables"'),
    expect.stringContaining('function "foo" not defined'),
    'rules/b.yml: line 6: field foo not found in type rulefmt.Rule',
    'rules/b.yml: line 9: cannot unmarshal !!seq into string',
  ]);
  expect(complaintsIn(AMTOOL)).toEqual(['line 3: field group_wiat not found in type config.plain']);
});

test('a complaint is about a file, and a line or a part of a rule', () => {
  const [annotation, label, key] = complaintsIn(PROMTOOL).map(aboutOf);
  expect(annotation).toMatchObject({
    file: 'rules/a.yml',
    rule: { group: 'g', index: 0 },
    key: ['annotations', 'summary'],
    says: 'template: __alert_A:1: undefined variable "$lables"',
  });
  expect(label).toMatchObject({ file: 'rules/a.yml', rule: { group: 'h', index: 1 }, key: ['labels', 'sev'] });
  expect(key).toMatchObject({
    file: 'rules/b.yml',
    line: 6,
    rule: null,
    says: 'field foo not found in type rulefmt.Rule',
  });
  expect(
    aboutOf('a.yml: 5:15: group "g", rule 3, "x": could not parse expression: 2:7: parse error: unexpected end'),
  ).toEqual({
    file: 'a.yml',
    line: 5,
    rule: { group: 'g', index: 2 },
    key: ['expr'],
    within: { line: 2, column: 7 },
    says: 'unexpected end',
  });
  expect(aboutOf('parsing YAML file prometheus.yml: bad label')).toMatchObject({
    file: 'prometheus.yml',
    says: 'bad label',
  });
});

test('every message asks for something', () => {
  const of = (message: string): string => Object.values(mendOf(message, 'promtool 3.15.0')).join('; ');
  expect(of('template: __alert_A:1: undefined variable "$lables"')).toMatch(
    /^\$labels, .*; correct the name of \$lables$/,
  );
  expect(of('function "info" is not enabled')).toMatch(/without feature flags/);
  expect(of('missing webhook_url or webhook_url_file on mattermost_config')).toBe(
    'webhook_url or webhook_url_file in mattermost_config; add it',
  );
  expect(of('something new')).toMatch(/^what promtool 3.15.0 accepts/);
});

describe("what promtool says of the user's own file", () => {
  const TEXT = 'scrape_configs:\n  - job_name: "a b"\n    scrape_interval: 5x\n';

  it.each([
    [
      'parsing YAML file p.yml: yaml: unmarshal errors: line 3: field x not found',
      'p.yml:3',
      'line 3: field x not found',
    ],
    ['parsing YAML file p.yml: found multiple scrape configs with job name "a b"', 'p.yml:2', /^found multiple/],
    ['parsing YAML file p.yml: unknown unit "x" in duration "5x"', 'p.yml:3', /^unknown unit/],
    ['parsing YAML file p.yml: something else', 'p.yml', 'something else'],
  ])('%s', (complaint, where, got) => {
    const found = aboutUsersFile(complaint, TEXT, 'p.yml');
    expect(found.where).toBe(where);
    expect(found.got).toMatch(got);
  });
});
