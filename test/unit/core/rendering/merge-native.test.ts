import { parse } from 'yaml';
import type { ScrapeProfile } from '../../../../lib/contract/profile';
import { NODES_DIRECTORY } from '../../../../lib/core/rendering/merge-native';
import { renderFiles } from '../../../../lib/core/rendering/render';
import type { RenderInput } from '../../../../lib/core/rendering/render-input';
import { RENDER_INPUT } from '../../../fixtures/render-input';

interface Job {
  readonly job_name: string;
  readonly scrape_interval?: string;
  readonly relabel_configs?: object[];
  readonly metric_relabel_configs?: object[];
  readonly file_sd_configs?: { files: string[] }[];
  readonly [key: string]: unknown;
}
interface Rendered {
  readonly global: Record<string, unknown> & { external_labels: Record<string, string> };
  readonly alerting: { alert_relabel_configs: object[]; alertmanagers: object[] };
  readonly rule_files: string[];
  readonly scrape_configs: Job[];
  readonly storage: unknown;
  readonly remote_write?: { write_relabel_configs: object[] }[];
}

function rendered(prometheus: string, input: Partial<RenderInput> = {}, bundle: object = {}): Rendered {
  const files = renderFiles({ ...RENDER_INPUT, ...input, bundle: { ...RENDER_INPUT.bundle, ...bundle, prometheus } });
  return parse(files['prometheus.yml']!) as Rendered;
}
const job = (found: Rendered, name: string): Job => found.scrape_configs.find((one) => one.job_name === name)!;

const FILE = `
global: { scrape_interval: 30s, external_labels: { monitor: main, replica: mine } }
rule_files: ["sub/a.rules"]
scrape_configs:
  - job_name: ec2
    honor_labels: yes
    sample_limit: 0x10
    native_histogram_bucket_limit: 7
    ec2_sd_configs: [{ region: eu-west-1, port: 9100 }]
    relabel_configs: [{ source_labels: [__meta_ec2_tag_Name], target_label: instance }]
    metric_relabel_configs: [{ regex: secret, action: labeldrop }]
`;

test("everything of the user's jobs passes, and comes first", () => {
  const found = rendered(FILE);
  expect(found.scrape_configs.map(({ job_name }) => job_name).slice(0, 4)).toEqual([
    'ec2',
    'redis',
    'trade-engine',
    'prometheus',
  ]);
  expect(found.scrape_configs[0]).toEqual({
    job_name: 'ec2',
    honor_labels: 'yes',
    sample_limit: 16,
    native_histogram_bucket_limit: 7,
    ec2_sd_configs: [{ region: 'eu-west-1', port: 9100 }],
    relabel_configs: [{ source_labels: ['__meta_ec2_tag_Name'], target_label: 'instance' }],
    metric_relabel_configs: [{ regex: 'secret', action: 'labeldrop' }],
  });
});

test("the user's intervals are for what is the user's; every other job and rule says its own", () => {
  const found = rendered(FILE);
  expect(found.global.scrape_interval).toBe('30s');
  expect(found.global).not.toHaveProperty('evaluation_interval');
  for (const name of ['redis', 'prometheus', 'alertmanager']) expect(job(found, name).scrape_interval).toBe('1s');
  const files = renderFiles({ ...RENDER_INPUT, bundle: { ...RENDER_INPUT.bundle, prometheus: FILE } });
  for (const name of ['watchdog', 'profile'])
    expect(parse(files[`own-rules/${name}.yml`]!)).toMatchObject({ groups: [{ interval: '1s' }] });
});

test('labels of the cluster win, others stay', () => {
  expect(rendered(FILE).global.external_labels).toEqual({
    monitor: 'main',
    region: 'eu-west-1',
    desk: 'fx$$1',
    cluster: 'trading',
    shard: '0',
    replica: 'node-1',
  });
});

test('alerts are relabeled by the user first, and go to the gate alone', () => {
  const own = rendered(FILE).alerting;
  const users = { regex: 'pod', action: 'labeldrop' };
  const found = rendered(
    'alerting: { alert_relabel_configs: [{ regex: pod, action: labeldrop }], alertmanagers: [{}] }',
  );
  expect(found.alerting).toEqual({ ...own, alert_relabel_configs: [users, ...own.alert_relabel_configs] });
  expect(own.alertmanagers).toMatchObject([{ static_configs: [{ targets: ['127.0.0.1:9093'] }] }]);
});

test('the rules of config/rules stand first, ours last', () => {
  expect(rendered(FILE).rule_files).toEqual(['rules/*.yml', 'sub/a.rules', 'own-rules/*.yml']);
  expect(rendered('').rule_files).toEqual(['rules/*.yml', 'own-rules/*.yml']);
});

test.each([
  ['1h', '86400s'],
  ['2w', '2w'],
])('of two windows for late samples the wider one counts: %s', (users, counts) => {
  const found = rendered(`storage: { exemplars: { max_exemplars: 9 }, tsdb: { out_of_order_time_window: ${users} } }`);
  const retention = { time: '15d', percentage: 80 };
  expect(found.storage).toEqual({
    exemplars: { max_exemplars: 9 },
    tsdb: { out_of_order_time_window: counts, retention },
  });
});

test("a job with the name of one of the cluster's keeps it as its label", () => {
  const found = rendered('scrape_configs: [{ job_name: prometheus, static_configs: [{ targets: [other:9090] }] }]');
  expect(job(found, 'prometheus').file_sd_configs).toBeDefined();
  expect(found.scrape_configs[0]).toEqual({
    job_name: 'prometheus (config/prometheus.yml)',
    static_configs: [{ targets: ['other:9090'] }],
    relabel_configs: [
      {
        source_labels: ['job'],
        regex: 'prometheus \\(config/prometheus\\.yml\\)',
        target_label: 'job',
        replacement: 'prometheus',
      },
    ],
  });
});

test('the nodes stand where the old server scraped itself', () => {
  const found = rendered(
    `scrape_configs: [{ job_name: self, file_sd_configs: [{ files: [${NODES_DIRECTORY}/prometheus.json] }] }]`,
  );
  expect(job(found, 'self').file_sd_configs).toEqual([
    { files: ['/var/lib/prometheus-ha/config/nodes/prometheus.json'] },
  ]);
});

test("a shard's share is taken before, and what is droppable dropped behind, what the user relabels", () => {
  const found = rendered(FILE, { shardCounts: [2], profile: 'reduced' }, { droppable: 'noisy_.*' });
  const { relabel_configs = [], metric_relabel_configs = [] } = job(found, 'ec2');
  expect(relabel_configs).toMatchObject([{ action: 'hashmod' }, { action: 'keep' }, { target_label: 'instance' }]);
  expect(metric_relabel_configs).toMatchObject([{ regex: 'secret' }, { regex: 'noisy_.*', action: 'drop' }]);
});

test('under load intervals stay and rules are not touched: only what is droppable goes', () => {
  const of = (profile: ScrapeProfile): unknown => {
    const bundle = { ...RENDER_INPUT.bundle, droppable: 'noisy_.*', prometheus: FILE };
    const files = renderFiles({ ...RENDER_INPUT, profile, bundle });
    const { scrape_configs: jobs, global } = parse(files['prometheus.yml']!) as Rendered;
    const drops = jobs.some((one) => JSON.stringify(one.metric_relabel_configs ?? []).includes('noisy_'));
    return [global.scrape_interval, jobs[1]!.scrape_interval, drops, files['rules/a.yml'] === bundle.rules['a.yml']];
  };
  expect(of('normal')).toEqual(['30s', '1s', false, true]);
  expect(of('reduced')).toEqual(['30s', '1s', true, true]);
});

test('each node sends under the labels by which receivers deduplicate', () => {
  const found = rendered(
    'remote_write: [{ url: http://m/push, write_relabel_configs: [{ regex: a, action: labeldrop }] }]',
  );
  expect(found.remote_write![0]!.write_relabel_configs).toEqual([
    { regex: 'a', action: 'labeldrop' },
    { source_labels: ['replica'], target_label: '__replica__' },
    { regex: 'replica', action: 'labeldrop' },
  ]);
});

test('same input, same bytes, and what the file names lies beside it', () => {
  const bundle = { ...RENDER_INPUT.bundle, prometheus: FILE, files: { 'sub/a.rules': 'groups: []\n' } };
  const once = JSON.stringify(renderFiles({ ...RENDER_INPUT, bundle }));
  expect(JSON.stringify(renderFiles({ ...RENDER_INPUT, bundle }))).toBe(once);
  expect(renderFiles({ ...RENDER_INPUT, bundle })['sub/a.rules']).toBe('groups: []\n');
});

test('what is no configuration is refused with what to do', () => {
  expect(() => rendered('[1]')).toThrow(/cannot be read[^]*fix:/);
  expect(() => rendered('a: [')).toThrow(/cannot be read[^]*fix:/);
});
