import { applyRewrites, type Rewrite } from '../../../../lib/core/import/edits';
import { rewriteOf, type Complaint } from '../../../../lib/core/import/rewrites';
import { fromVersion2, hiddenSecrets, labelsOfTheCluster, secretFiles } from '../../../../lib/core/import/own-rewrites';
import { SecretNames } from '../../../../lib/core/import/secret-names';

const FILE = 'old.yml';
const made = (text: string, rewrites: readonly Rewrite[]): string => applyRewrites(FILE, text, rewrites).text;

/** The text after the rewrite of what stands at the first `part`. */
function changed(
  kind: Complaint,
  text: string,
  part: string,
  { values = {}, names = new SecretNames() }: { values?: Record<string, string>; names?: SecretNames } = {},
): string | null {
  const rewrite = rewriteOf(kind, text, text.indexOf(part), { file: FILE, names, values });
  return rewrite === null ? null : made(text, [rewrite]);
}

describe('a secret in clear', () => {
  const text = [
    '# ours',
    'scrape_configs:',
    '  - job_name: node exporter # keep',
    "    basic_auth: { username: u, password: 'geheim' } # yes",
    '    authorization:',
    '      credentials: >',
    '        abc',
    '  - job_name: b',
    '    bearer_token: "geheim"',
    '',
  ].join('\n');

  test('becomes the name of a secret; nothing else of the file changes', () => {
    const names = new SecretNames();
    expect(changed('secret', text, "'geheim'", { names })).toBe(
      text.replace("'geheim'", "'${NODE_EXPORTER_PASSWORD}'"),
    );
    expect(changed('secret', text, '>', { names })).toContain(
      "      credentials: '${NODE_EXPORTER_CREDENTIALS}'\n  - job_name: b",
    );
    expect(names.list()).toEqual([
      { name: 'NODE_EXPORTER_PASSWORD', from: 'old.yml:4', value: 'in clear' },
      { name: 'NODE_EXPORTER_CREDENTIALS', from: 'old.yml:6', value: 'in clear' },
    ]);
  });

  test('has one name for one value, and another for another', () => {
    const names = new SecretNames();
    expect(changed('secret', text, "'geheim'", { names })).toContain('NODE_EXPORTER_PASSWORD');
    expect(changed('secret', text, '"geheim"', { names })).toContain('bearer_token: "${NODE_EXPORTER_PASSWORD}"');
    expect(names.nameFor('x', 'node exporter', 'password', '')).toBe('NODE_EXPORTER_PASSWORD_2');
    expect(names.nameFor(null, '', '9', '')).toBe('S_9');
    expect(names.nameFor(null, '', '9', '')).toBe('S_9_2');
  });

  test('of a URL is its password alone', () => {
    const names = new SecretNames();
    const url = 'remote_write:\n  - url: https://u:p%40ss@example.com/push\n';
    expect(changed('secret in a URL', url, 'https', { names })).toBe(
      "remote_write:\n  - url: 'https://u:${REMOTE_WRITE_URL_PASSWORD}@example.com/push'\n",
    );
    expect(names.list()[0]).toMatchObject({ value: 'in clear' });
    changed('secret in a URL', 'remote_read: [{ url: "https://u:xxxxx@h" }]', '"https', { names });
    expect(names.list()[1]).toMatchObject({ value: 'not told' });
  });

  test('that the server hides has a name of its own each time', () => {
    const names = new SecretNames();
    const hidden = 'receivers:\n- name: a\n  x: <secret>\n- name: b\n  x: <secret>\n';
    expect(made(hidden, hiddenSecrets(hidden, names, FILE))).toBe(
      "receivers:\n- name: a\n  x: '${A_X}'\n- name: b\n  x: '${B_X}'\n",
    );
    expect(names.list().map(({ value }) => value)).toEqual(['not told', 'not told']);
  });

  test('in a file is named by it; two files of one name are told apart', () => {
    const names = new SecretNames();
    const text2 = [
      'scrape_configs:',
      '  - { job_name: a, basic_auth: { password_file: /run/a/token } }',
      '  - { job_name: b, basic_auth: { password_file: /run/b/token }, tls_config: { ca_file: ca.pem } }',
      '  - { job_name: c, basic_auth: { password_file: /run/a/token } }',
      '',
    ].join('\n');
    expect(made(text2, secretFiles(text2, names, FILE))).toBe(text2.replace('/run/b/token', '/run/b/token_2'));
    expect(names.list().map(({ name }) => name)).toEqual(['token', 'token_2']);
  });
});

describe('${…}', () => {
  const of = (scalar: string): string => `scrape_configs:\n  - job_name: a\n    x: ${scalar}\n`;
  const names = new SecretNames();

  test.each([
    ['what was said', '${A}', { A: 'v' }, 'v'],
    ['what was said, quoted where it would mean something else', '${A}', { A: 'v: #w' }, "'v: #w'"],
    ['in quotes of its own', '"p${A:-x}s"', { A: 'a"b' }, '"pa\\"bs"'],
    ['its default', '${A:-db:1}', {}, 'db:1'],
    ['an empty default', "'${A:-}'", {}, "''"],
    ['else a secret, and no default of another kind', "'${A?missing}'", {}, "'${A}'"],
  ])('is %s', (_, written, values, expected) => {
    expect(changed('placeholder', of(written), written, { values, names })).toBe(of(expected));
  });

  test('is no secret where everybody sees it: that is left', () => {
    const targets = 'scrape_configs: [{ job_name: a, static_configs: [{ targets: ["${HOST}:1"] }] }]';
    const own = new SecretNames();
    expect(changed('placeholder', targets, '"${', { names: own })).toBeNull();
    expect(own.list()).toEqual([]);
  });

  test('of an external label without a value leaves it out, as Prometheus does', () => {
    const labels = 'global:\n  external_labels:\n    a: ${A}  # why\n    b: $B\n';
    expect(changed('placeholder', labels, '${A}')).toBe(labels.replace('a: ${A}', '# a: ${A}'));
    expect(changed('placeholder', labels, '$B', { values: { B: 'x' } })).toBe(labels.replace('$B', 'x'));
  });
});

test('a file that is not there is commented out, or leaves its brackets', () => {
  const block = 'rule_files:\n  - a.yml # old\n  - b.yml\n';
  expect(changed('missing file', block, 'a.yml')).toBe('rule_files:\n  # - a.yml # old\n  - b.yml\n');
  expect(changed('missing file', 'rule_files: [a.yml, b.yml]', 'a.yml')).toBe('rule_files: [b.yml]');
  expect(changed('missing file', 'rule_files: [a.yml, b.yml]', 'b.yml')).toBe('rule_files: [a.yml]');
  expect(changed('missing file', 'rule_files: [a.yml]', 'a.yml')).toBe('rule_files: []');
});

test("the cluster's labels are commented out; its own name stays", () => {
  const text = 'global:\n  external_labels:\n    cluster: mine\n    replica: "a" # x\n    env: p\n';
  expect(made(text, labelsOfTheCluster(text, 'mine'))).toBe(text.replace('replica', '# replica'));
  const { changes } = applyRewrites(FILE, text, labelsOfTheCluster(text, 'other'));
  expect(changes.map(({ line }) => line)).toEqual([3, 4]);
  // More than it stands in that line.
  const flow = 'global: { external_labels: { replica: a } }';
  expect(labelsOfTheCluster(flow, 'mine')).toEqual([]);
});

test('jobs of Prometheus 2 say what 2 took for granted', () => {
  const text = [
    'scrape_configs:',
    '  - scrape_classic_histograms: true',
    '    job_name: a # comment',
    '  - { job_name: b }',
    '  - job_name: c',
    '    fallback_scrape_protocol: PrometheusText1.0.0',
  ].join('\n');
  expect(made(text, fromVersion2(text)).split('\n')).toEqual([
    'scrape_configs:',
    '  - always_scrape_classic_histograms: true',
    '    job_name: a # comment',
    '    fallback_scrape_protocol: PrometheusText0.0.4',
    '  - { job_name: b, fallback_scrape_protocol: PrometheusText0.0.4 }',
    '  - job_name: c',
    '    fallback_scrape_protocol: PrometheusText1.0.0',
  ]);
});

test('what an anchor says twice is changed once', () => {
  const text =
    'x: &a { password: p }\nscrape_configs:\n  - { job_name: a, basic_auth: *a }\n  - { job_name: b, basic_auth: *a }\n';
  const means = { file: FILE, names: new SecretNames(), values: {} };
  const rewrite = rewriteOf('secret', text, text.indexOf('p }'), means)!;
  expect(made(text, [rewrite, rewrite])).toBe(text.replace(': p ', ": '${PASSWORD}' "));
});
