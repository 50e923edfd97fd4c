import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { renderFiles, renderPrometheus } from '../../../../lib/core/rendering/render';
import { OWN_JOBS, RESERVED_JOBS } from '../../../../lib/contract/own-jobs';
import type { RenderInput } from '../../../../lib/core/rendering/render-input';
import { sampleLimit } from '../../../../lib/core/rendering/user-jobs';
import { profileRules } from '../../../../lib/core/rendering/profile-alert';
import { UserError } from '../../../../lib/contract/errors';
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

  it('drops in a profile what may be dropped, and touches neither an interval nor a rule', () => {
    const of = (profile: ScrapeProfile, droppable?: string): unknown[] => {
      const bundle = { ...input.bundle, ...(droppable && { droppable }) };
      const files = renderFiles({ ...input, bundle, profile });
      const { global, scrape_configs: jobs } = parse(files['prometheus.yml']!) as {
        global: { scrape_interval: string; evaluation_interval: string };
        scrape_configs: { job_name: string; metric_relabel_configs?: object[] }[];
      };
      return [
        global.scrape_interval,
        global.evaluation_interval,
        jobs.filter((job) => job.metric_relabel_configs !== undefined).map((job) => job.job_name),
        files['rules/a.yml'] === bundle.rules['a.yml'] && files['rules/b.yml'] === bundle.rules['b.yml'],
        /expr: (.*)/.exec(files['own-rules/profile.yml']!)![1],
      ];
    };
    expect(PROFILES.map((profile) => of(profile, 'noisy_.*'))).toEqual([
      ['1s', '1s', [], true, 'vector(0) > 0'],
      ['1s', '1s', ['redis', 'trade-engine'], true, 'vector(1) > 0'],
    ]);
    expect(of('reduced')).toEqual(['1s', '1s', [], true, 'vector(1) > 0']);
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
      { api_version: 'v2', timeout: '5s', follow_redirects: false, static_configs: [{ targets: ['127.0.0.1:9093'] }] },
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

  it('has nothing of an agent where there is none', () => {
    const files = renderFiles({ ...input, webhooks: null });
    expect(Object.keys(files)).toEqual(['prometheus.yml', 'alertmanager.yml', 'rules/a.yml', 'rules/b.yml']);
    expect(files['alertmanager.yml']).toBe(input.bundle.alertmanager);
    expect((parse(files['prometheus.yml']!) as { rule_files: string[] }).rule_files).toEqual(['rules/*.yml']);
    expect(Object.keys(renderFiles(input)).slice(2, 4)).toEqual(['own-rules/watchdog.yml', 'own-rules/profile.yml']);
  });

  it('leads to the remedies of the bundle', () => {
    const bundle = { ...input.bundle, remedies: [{ name: 'redis', alert: 'RedisDown' }] };
    const receivers = (given: RenderInput): string[] =>
      (parse(renderFiles(given)['alertmanager.yml']!) as { receivers: { name: string }[] }).receivers.map(
        (r) => r.name,
      );
    expect(receivers({ ...input, bundle })).toEqual(['none', 'prometheus-ha-watchdog', 'prometheus-ha-remedy-redis']);
    expect(receivers(input)).toEqual(['none', 'prometheus-ha-watchdog']);
  });

  it('takes late samples only where something comes late, by whole seconds', () => {
    const storage = (lateMs?: number): unknown =>
      (parse(renderPrometheus({ ...input, lateMs, retentionTime: undefined })) as { storage?: unknown }).storage;
    expect(storage()).toBeUndefined();
    expect(storage(0)).toBeUndefined();
    expect(storage(1_500)).toEqual({ tsdb: { out_of_order_time_window: '2s' } });
  });

  it.each([
    ['3.15.0', { time: '15d', percentage: 80 }],
    ['4.0.0', { time: '15d', percentage: 80 }],
    ['3.13.2', undefined],
  ])('keeps blocks by time and by a share of the disk where Prometheus %s knows that', (prometheusVersion, kept) => {
    const { storage } = parse(renderPrometheus({ ...input, prometheusVersion })) as {
      storage: { tsdb: { retention?: unknown } };
    };
    expect(storage.tsdb.retention).toEqual(kept);
  });

  it('limits every scrape by what the user has set', () => {
    const scrapeLimits = { samples: 5, labels: 6, labelValueLength: 7, body: '8MB' };
    const { scrape_configs: jobs } = parse(
      renderPrometheus({ ...input, bundle: { ...input.bundle, scrapeLimits } }),
    ) as { scrape_configs: Record<string, unknown>[] };
    expect(jobs).toHaveLength(9);
    for (const job of jobs) {
      expect(job).toMatchObject({
        sample_limit: 5,
        label_limit: 6,
        label_name_length_limit: 1_024,
        label_value_length_limit: 7,
        body_size_limit: '8MB',
      });
    }
  });

  it.each([
    [50, 10_000],
    [50_000, 50_000],
    [5_000_000, 100_000],
  ])('with %d expected series one target may expose %d', (series, most) => expect(sampleLimit(series)).toBe(most));

  it('follows no redirection, of a target or of the gate', () => {
    const { scrape_configs: jobs, alerting } = parse(renderPrometheus(input)) as {
      scrape_configs: { follow_redirects?: boolean }[];
      alerting: { alertmanagers: { follow_redirects?: boolean }[] };
    };
    const all = [...jobs, ...alerting.alertmanagers];
    expect(all.map((one) => one.follow_redirects)).toEqual(all.map(() => false));
  });

  it('has no job of Thanos in a cluster without it', () => {
    const jobs = (thanos: boolean): string[] =>
      (parse(renderPrometheus({ ...input, thanos })) as { scrape_configs: { job_name: string }[] }).scrape_configs.map(
        (job) => job.job_name,
      );
    expect(jobs(false)).toEqual(['redis', 'trade-engine', ...OWN_JOBS]);
    expect(jobs(true)).toEqual(['redis', 'trade-engine', ...RESERVED_JOBS]);
  });

  it('names the shards that a target is looked up in by the address it has', () => {
    const { scrape_configs: jobs } = parse(renderPrometheus({ ...input, shard: 1, shardCounts: [2, 3] })) as {
      scrape_configs: { job_name: string; relabel_configs?: unknown }[];
    };
    expect(jobs.find((job) => job.job_name === 'redis')!.relabel_configs).toEqual([
      { source_labels: ['__address__'], modulus: 2, target_label: '__tmp_shard_of_2', action: 'hashmod' },
      { source_labels: ['__address__'], modulus: 3, target_label: '__tmp_shard_of_3', action: 'hashmod' },
      { source_labels: ['__tmp_shard_of_2', '__tmp_shard_of_3'], regex: '1;[0-9]+|[0-9]+;1', action: 'keep' },
    ]);
  });

  it.each(['[1]', '- null', '- {}', '- { targets: a }', 'null', '7', '- targets: [a]\n- b'])(
    'refuses targets that are none, and says where and what was expected: %s',
    (redis) => {
      const render = (): string => renderPrometheus({ ...input, bundle: { ...input.bundle, targets: { redis } } });
      expect(render).toThrow(UserError);
      expect(render).toThrow(/expected: a list of .*\n.*file-based discovery/);
    },
  );
});

describe('the alert about a profile', () => {
  const rule = (profile: ScrapeProfile, droppable?: string): unknown =>
    (
      parse(profileRules(profile, droppable, 3)) as {
        groups: { name: string; rules: { annotations: { summary: string } }[] }[];
      }
    ).groups.map(({ name, rules }) => ({ name, rules }))[0];

  it('has the same name and labels in every profile, and says what is done without', () => {
    const alert = (expr: string, summary: string): unknown => ({
      name: 'prometheus-ha-profile',
      rules: [
        {
          alert: 'ScrapeProfileReduced',
          expr,
          labels: { severity: 'ticket', component: 'prometheus-ha', prometheus_ha_shard: '3' },
          annotations: { summary, description: expect.stringContaining('docs/runbook/load-shed.md') },
        },
      ],
    });
    const said = 'Under load, targets are scraped without';
    expect(rule('normal', 'noisy_.*')).toEqual(alert('vector(0) > 0', `${said} noisy_.*`));
    expect(rule('reduced', 'noisy_.*')).toEqual(alert('vector(1) > 0', `${said} noisy_.*`));
    expect(rule('reduced')).toEqual(alert('vector(1) > 0', `${said} anything that is droppable`));
  });
});
