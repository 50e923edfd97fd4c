import { aboutOf, complaintsIn, aboutUsersFile } from '../../../../lib/infra/config/programs/complaints';

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
`;
const AMTOOL = `Checking 'alertmanager.yml'  FAILED: yaml: unmarshal errors:
  line 3: field group_wiat not found in type config.plain

amtool: error: failed to validate 1 file(s)
`;

test('each complaint is one, with the lines that belong to it', () => {
  expect(complaintsIn(PROMTOOL)).toEqual([
    expect.stringContaining('undefined variable "$lables"'),
    expect.stringContaining('function "foo" not defined'),
    'rules/b.yml: yaml: unmarshal errors: line 6: field foo not found in type rulefmt.Rule',
  ]);
  expect(complaintsIn(AMTOOL)).toEqual([
    'yaml: unmarshal errors: line 3: field group_wiat not found in type config.plain',
  ]);
});

test('a complaint is about a file, and a line or a part of a rule', () => {
  const groups = (): string[] => ['g', 'h'];
  const [annotation, label, key] = complaintsIn(PROMTOOL).map((complaint) => aboutOf(complaint, groups));
  expect(annotation).toMatchObject({ file: 'rules/a.yml', path: ['groups', 0, 'rules', 0, 'annotations', 'summary'] });
  expect(label).toMatchObject({ file: 'rules/a.yml', path: ['groups', 1, 'rules', 1, 'labels', 'sev'] });
  expect(key).toMatchObject({ file: 'rules/b.yml', line: 6, path: null });
  expect(aboutOf(complaintsIn(AMTOOL)[0]!, groups)).toMatchObject({ file: null, line: 3 });
  expect(aboutOf('parsing YAML file prometheus.yml: bad label', groups)).toMatchObject({
    file: 'prometheus.yml',
    says: 'bad label',
  });
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
