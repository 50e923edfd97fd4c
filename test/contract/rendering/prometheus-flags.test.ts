import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prometheusCommand } from '../../../agent/process/programs';
import { pathsOf } from '../../../agent/base/paths';
import { readEnv } from '../../../agent/base/env';
import { prometheusFlags } from '../../../lib/infra/config/prometheus-flags';
import { PROMETHEUS_FEATURES } from '../../../lib/infra/config/schema/prometheus-flags';
import { resolveTools } from '../../../local/tools';
import { aNodeConfig } from '../../fixtures/builders';

const LIMITS = {
  queryMaxSamples: 1_000_000,
  queryMaxConcurrency: 4,
  queryTimeout: '10s',
  queryLookbackDelta: '1m',
  rulesMaxConcurrentEvals: 2,
  notificationQueueCapacity: 1_000,
};

/** What Prometheus says before it finds that it has no configuration. */
async function said(flags: readonly string[]): Promise<string> {
  const { prometheus } = await resolveTools(['prometheus']);
  const dir = mkdtempSync(join(tmpdir(), 'promha-flags-'));
  const paths = pathsOf(readEnv({ PROMHA_STATE_DIR: dir, PROMHA_DATA_DIR: dir }));
  const node = aNodeConfig();
  const { args } = prometheusCommand({ ...node, prometheus: { ...node.prometheus, flags } }, paths, '127.0.0.1');
  const { stdout, stderr } = spawnSync(prometheus.path, args, {
    cwd: dir,
    encoding: 'utf8',
    env: { ...process.env, ...prometheus.env },
    timeout: 30_000,
  });
  rmSync(dir, { recursive: true });
  return `${stdout}${stderr}`;
}

test('the pinned Prometheus knows each flag and each feature that may be had', async () => {
  const flags = prometheusFlags({ prometheusFeatures: [...PROMETHEUS_FEATURES], prometheusLimits: LIMITS });
  expect(flags).toHaveLength(2 + Object.keys(LIMITS).length);
  const text = await said(flags);
  expect(text).toContain('live/prometheus.yml');
  expect(text).not.toMatch(/Unknown option|unknown long flag|unexpected/);
  // It says so of one that it does not know.
  expect(await said(['--enable-feature=nobody-knows'])).toContain('Unknown option');
});
