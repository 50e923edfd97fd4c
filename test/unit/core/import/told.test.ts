import { parse } from 'yaml';
import { targetFilesOf } from '../../../../lib/core/import/found-targets';
import { flagSettings, flagsTold } from '../../../../lib/core/import/flags';
import { namedPaths, placeIn } from '../../../../lib/core/import/paths';
import { durationOf, ruleFilesOf } from '../../../../lib/core/import/rules-api';

const rule = { duration: 0, keepFiringFor: 0, labels: {}, annotations: {} };

test('groups are written into one file for each that the server names', () => {
  const groups = [
    {
      name: 'a',
      file: '/etc/a.yml',
      interval: 60,
      limit: 0,
      rules: [
        { ...rule, type: 'alerting', name: 'Down', query: 'up == 0', duration: 90, labels: { severity: 'page' } },
        { ...rule, type: 'recording', name: 'x:y', query: 'sum(x)' },
      ],
    },
    { name: 'b', file: '/etc/b.yml', interval: 15, limit: 3, rules: [] },
    {
      name: 'c',
      file: '/etc/a.yml',
      interval: 60,
      limit: 0,
      rules: [
        { ...rule, type: 'alerting', name: 'C', query: '1', keepFiringFor: 0.5, annotations: { s: '{{ $value }}' } },
      ],
    },
  ];
  const files = ruleFilesOf(groups, 60);
  expect(parse(files['/etc/a.yml']!)).toEqual({
    groups: [
      {
        name: 'a',
        rules: [
          { alert: 'Down', expr: 'up == 0', for: '90s', labels: { severity: 'page' } },
          { record: 'x:y', expr: 'sum(x)' },
        ],
      },
      { name: 'c', rules: [{ alert: 'C', expr: '1', keep_firing_for: '500ms', annotations: { s: '{{ $value }}' } }] },
    ],
  });
  expect(parse(files['/etc/b.yml']!)).toEqual({ groups: [{ name: 'b', interval: '15s', limit: 3, rules: [] }] });
  expect([3600, 86_400, 120, 1.5].map(durationOf)).toEqual(['1h', '1d', '2m', '1500ms']);
});

test('files of targets are made of what was found in them', () => {
  const found: Record<string, string>[] = [
    { __address__: 'a:1', __meta_filepath: '/t/x.json', job: 'j', team: 'a', __param_q: '1' },
    { __address__: 'b:1', __meta_filepath: '/t/x.json', job: 'j', team: 'a' },
    { __address__: 'a:1', __meta_filepath: '/t/x.json', job: 'other', team: 'a' },
    { __address__: 'c:1', __meta_filepath: '/t/y.yml', job: 'j' },
    { __address__: 'd:1', job: 'static' },
  ];
  const files = targetFilesOf(found);
  expect(Object.keys(files)).toEqual(['/t/x.json', '/t/y.yml']);
  expect(JSON.parse(files['/t/x.json']!)).toEqual([{ targets: ['a:1', 'b:1'], labels: { team: 'a' } }]);
  expect(parse(files['/t/y.yml']!)).toEqual([{ targets: ['c:1'], labels: {} }]);
});

test('files lie where the path that names them finds them', () => {
  expect(placeIn('/etc/prometheus/rules/x/a.yml', '/etc/prometheus')).toBe('rules/x/a.yml');
  expect(placeIn('/opt/mine/alerts/a.yml', '/etc/prometheus')).toBe('alerts/a.yml');
  expect(placeIn('/etc/prometheus-2/a.yml', '/etc/prometheus')).toBe('prometheus-2/a.yml');
  expect(placeIn('/etc/prometheus/alertmanager.yml', '/etc/prometheus')).toBe('rules/alertmanager.yml');
});

test('paths of rules, jobs, targets and certificates are found, and none of secrets', () => {
  const text =
    'rule_files: [r.yml]\nscrape_config_files: [j.yml]\nscrape_configs:\n  - { file_sd_configs: [{ files: [t.json] }], tls_config: { ca_file: ca, key_file: k } }\n';
  expect(namedPaths(text)).toEqual({ rules: ['r.yml'], jobs: ['j.yml'], targets: ['t.json'], certificates: ['ca'] });
  expect(namedPaths('a: [')).toEqual({ rules: [], jobs: [], targets: [], certificates: [] });
});

test('flags are settings, or told if somebody changed them', () => {
  const flags = {
    'query.lookback-delta': '7m',
    'query.max-samples': '90000000',
    'query.timeout': '2m',
    'enable-feature': 'exemplar-storage,agent',
    'web.enable-otlp-receiver': 'true',
    'storage.tsdb.retention.time': '90d',
    'web.external-url': 'http://box:9090/',
    'web.max-connections': '7',
  };
  const known = ['exemplar-storage', 'otlp-write-receiver'];
  expect(flagSettings(flags, known)).toEqual({
    prometheusFeatures: known,
    prometheusLimits: { queryLookbackDelta: '7m', queryMaxSamples: 90_000_000 },
  });
  expect(flagsTold(flags, known)).toEqual([
    expect.stringMatching(/^--enable-feature=agent: nodes do not have it/),
    expect.stringMatching(/^--storage\.tsdb\.retention\.time=90d: nodes keep what retention of cluster\.ts says/),
  ]);
  expect(flagsTold({}, known)).toEqual([]);
  expect(flagSettings({}, known)).toEqual({ prometheusFeatures: [], prometheusLimits: {} });
});
