import { hint } from '../../../contract/nearest';
import { UserError } from '../../../contract/errors';
import { VERSIONS } from '../../../contract/versions';
import { DEFAULT_SCRAPE_LIMITS, sampleLimit } from '../../../core/rendering/user-jobs';
import type { Cluster, ClusterConfig, ClusterThanos } from '../cluster';
import { nodesOf } from '../layout';
import { nodeImage, type PinnedImages } from '../lock/node-image';
import { locateSetting, type SettingPath } from '../locate';
import { policyOf } from '../policy-defaults';
import { expectedBy } from '../problems';
import { contradictions } from '../relations/relations';
import { clusterSchema, keysAt } from '../schema/schema';
import { loadPolicy } from './load-policy';

const DEFAULT_IMAGE = { version: VERSIONS.thanos.version, ...VERSIONS.thanos.image };

/** What config/cluster.ts exports, checked; `text` is its source, for the lines in messages, `images` what is pinned. */
export function checkCluster(
  config: unknown,
  file: string,
  text: string,
  images: PinnedImages = {},
): { config: ClusterConfig | null; cluster: Cluster | null; problems: UserError[] } {
  const where = (path: SettingPath): string => locateSetting(file, text, path);
  const parsed = clusterSchema.safeParse(config);
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => {
      const path = issue.path as SettingPath;
      if (issue.code === 'unrecognized_keys') {
        const at = [...path, issue.keys[0]!];
        return new UserError({
          what: `there is no setting ${[...path, issue.keys.join(', ')].join('.')}`,
          where: where(at),
          got: issue.keys.join(', '),
          expected: 'the settings of ClusterConfig (lib/infra/config/cluster.ts)',
          fix: `correct the name or remove it${hint(issue.keys[0]!, keysAt(clusterSchema, path))}`,
        });
      }
      const value = path.reduce<unknown>(
        (v, step) => (v as Record<string | number, unknown> | undefined)?.[step],
        config,
      );
      return new UserError({
        what: `${path.join('.') || 'the configuration'} is ${value === undefined ? 'missing' : 'not usable'}`,
        where: where(path),
        got: value === undefined ? 'nothing' : typeof value === 'number' ? String(value) : JSON.stringify(value),
        expected: expectedBy(issue.message),
        fix: value === undefined ? 'add it' : 'correct it',
      });
    });
    return { config: null, cluster: null, problems };
  }
  const cluster = resolveCluster(parsed.data, images);
  const problems = contradictions(cluster).map(
    ({ path, ...problem }) => new UserError({ ...problem, where: where(path) }),
  );
  return { config: parsed.data, cluster, problems };
}

/** Every default in its place; seen from shard 0. */
export function resolveCluster(
  config: ClusterConfig,
  images: PinnedImages = {},
): Cluster & { readonly thanos: ClusterThanos } {
  const { artifacts, thanos } = config;
  const shards = config.shards ?? 1;
  return {
    ...config,
    shards,
    shard: 0,
    nodes: nodesOf({ ...config, shards }, 0),
    image: nodeImage(config, images),
    policy: policyOf(config),
    load: loadPolicy(config),
    scrapeLimits: { ...DEFAULT_SCRAPE_LIMITS, samples: sampleLimit(config.ingest.series), ...config.scrapeLimits },
    artifacts: {
      prometheus: artifacts?.prometheus ?? VERSIONS.prometheus,
      alertmanager: artifacts?.alertmanager ?? VERSIONS.alertmanager,
    },
    thanos: { ...thanos, image: thanos.image ?? DEFAULT_IMAGE },
    remedies: config.remedies ?? [],
  };
}

/**
 * A configuration that an overlay was laid over: its form is checked and no relation, for the user's own held and the
 * overlay's author answers for the rest.
 * @throws UserError when it has not the form of one
 */
export function overlaidCluster(config: unknown, withoutThanos: boolean, images: PinnedImages = {}): Cluster {
  const parsed = clusterSchema.safeParse(config);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new UserError({
      what: 'what the overlay makes of the configuration cannot be used',
      where: issue!.path.join('.'),
      expected: expectedBy(issue!.message),
      fix: 'correct the overlay',
    });
  }
  const cluster = resolveCluster(parsed.data, images);
  return withoutThanos ? { ...cluster, thanos: null } : cluster;
}
