import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { renderFiles, renderPrometheus } from '../../../../lib/core/rendering/render';
import { PROFILES, type ScrapeProfile } from '../../../../lib/contract/profile';
import { RENDER_INPUT } from '../../../fixtures/render-input';

const input = RENDER_INPUT;

/** The file in test/fixtures/golden, written when UPDATE_GOLDEN is set. */
function golden(name: string, text: string): string {
  const file = join(__dirname, '../../../fixtures/golden', name);
  if (process.env.UPDATE_GOLDEN) writeFileSync(file, text);
  return readFileSync(file, 'utf8');
}

describe('rendering of a node’s configuration', () => {
  it('is what the golden file says', () => {
    const text = renderPrometheus(input);
    expect(text).toBe(golden('prometheus.yml', text));
  });

  it('slows down in a profile, and drops what may be dropped in the last one only', () => {
    const bundle = { ...input.bundle, droppable: 'noisy_.*' };
    const of = (profile: ScrapeProfile): unknown[] => {
      const files = renderFiles({ ...input, bundle, profile });
      const { global, scrape_configs: jobs } = parse(files['prometheus.yml']!) as {
        global: { scrape_interval: string; evaluation_interval: string };
        scrape_configs: { job_name: string; metric_relabel_configs?: { regex: string }[] }[];
      };
      const dropped = jobs.filter((job) => job.metric_relabel_configs?.[0]?.regex === 'noisy_.*');
      return [
        global.scrape_interval,
        global.evaluation_interval,
        dropped.map((job) => job.job_name).join(),
        /expr: (.*)/.exec(files['rules/a.yml']!)![1],
        /expr: (.*)/.exec(files['own-rules/profile.yml']!)![1],
      ];
    };
    expect(PROFILES.map(of)).toEqual([
      ['1s', '1s', '', 'up == 0', 'vector(0) > 0'],
      ['5s', '1s', '', 'last_over_time(up[45s]) == 0', 'vector(1) > 0'],
      ['15s', '1s', 'redis,trade-engine', 'last_over_time(up[45s]) == 0', 'vector(2) > 0'],
    ]);
  });

  it('does not depend on the order in which the bundle lists things', () => {
    const turned = (map: Readonly<Record<string, string>>): Record<string, string> =>
      Object.fromEntries(Object.entries(map).reverse());
    const { bundle } = input;
    const other = {
      ...bundle,
      rules: turned(bundle.rules),
      targets: turned(bundle.targets),
      externalLabels: turned(bundle.externalLabels),
    };
    expect(JSON.stringify(renderFiles({ ...input, bundle: other }))).toBe(JSON.stringify(renderFiles(input)));
  });

  it('differs between nodes in the replica label only', () => {
    expect(renderPrometheus({ ...input, node: 'node-2' }).replace('replica: node-2', 'replica: node-1')).toBe(
      renderPrometheus(input),
    );
  });

  it('names the gate as the only Alertmanager and drops the replica label from alerts', () => {
    const { alerting } = parse(renderPrometheus(input)) as {
      alerting: { alertmanagers: unknown[]; alert_relabel_configs: unknown[] };
    };
    expect(alerting.alertmanagers).toEqual([
      { api_version: 'v2', timeout: '5s', static_configs: [{ targets: ['127.0.0.1:9093'] }] },
    ]);
    expect(alerting.alert_relabel_configs).toEqual([{ action: 'labeldrop', regex: 'replica|shard' }]);
  });

  it('picks the targets of its shard by any of the numbers, and leaves Thanos services to shard 0', () => {
    const jobs = (more: object): { job_name: string; relabel_configs?: { regex?: string; modulus?: number }[] }[] =>
      (parse(renderPrometheus({ ...input, thanos: true, ...more })) as { scrape_configs: [] }).scrape_configs;
    const redis = jobs({ shard: 1, shardCounts: [2, 3] }).find((job) => job.job_name === 'redis')!;
    expect(redis.relabel_configs!.map((r) => r.modulus)).toEqual([2, 3, undefined]);
    const keep = new RegExp(`^(?:${redis.relabel_configs!.at(-1)!.regex!})$`);
    expect(['1;0', '0;1', '1;1', '0;2', '11;0'].map((both) => keep.test(both))).toEqual([
      true,
      true,
      true,
      false,
      false,
    ]);
    const thanos = (shard: number): string[] =>
      jobs({ shard, shardCounts: [2] })
        .filter((job) => job.relabel_configs === undefined)
        .map((job) => job.job_name)
        .filter((job) => job.startsWith('thanos'));
    expect([thanos(0).length, thanos(1)]).toEqual([4, ['thanos-sidecar']]);
    expect(jobs({ shardCounts: [1] }).some((job) => job.relabel_configs !== undefined)).toBe(false);
  });

  it('escapes a dollar in external labels only for versions that expand it', () => {
    const desk = (prometheusVersion: string): string =>
      (parse(renderPrometheus({ ...input, prometheusVersion })) as { global: { external_labels: { desk: string } } })
        .global.external_labels.desk;
    expect([desk('2.42.0'), desk('3.5.3')]).toEqual(['fx$1', 'fx$$1']);
  });

  it.each([
    ['a job of ours', { prometheus: '[]' }, /config\/targets\/prometheus\.yml: the job name prometheus is taken/],
    ['targets of another shape', { redis: 'targets: [a]' }, /config\/targets\/redis\.yml: the targets cannot be read/],
  ])('refuses %s', (_what, targets, message) => {
    const bundle = { ...input.bundle, targets: targets as unknown as Record<string, string> };
    expect(() => renderPrometheus({ ...input, bundle })).toThrow(message);
  });
});
