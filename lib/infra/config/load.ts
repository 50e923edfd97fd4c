import type { UserError } from '../../contract/errors';
import type { ConfigBundle } from '../../contract/documents/config';
import { configBundleOf } from './bundle';
import { checkCluster, overlaidCluster } from './check/cluster';
import type { Cluster } from './cluster';
import { inspect, type Ask } from './inspect';
import { lockFileOf, pinnedImages } from './lock/lock-file';
import { applyOverlay, type Contained } from './overlay/apply';
import type { Overlay } from './overlay/overlay';
import { refuse } from './problems';
import { exported, sourceOf } from './read-files';
import { shown } from './shown';

/** Everything a user configured, found sound. */
export interface Configuration {
  readonly cluster: Cluster;
  readonly bundle: ConfigBundle;
  /** What works, but perhaps not as meant; one each. */
  readonly warnings: readonly string[];
  /** What could not be checked on this machine. */
  readonly unchecked: readonly string[];
  /** What an overlay keeps from what it would do elsewhere; null without one. */
  readonly contained: Contained | null;
}

/** Only what config/cluster.ts says, with its images. @throws ConfigurationError with what is wrong with the file */
export function loadCluster(clusterFile: string): Cluster {
  const problems: UserError[] = [];
  const config = exported(clusterFile, problems);
  refuse(problems);
  const images = pinnedImages(lockFileOf(clusterFile));
  const { cluster, problems: unsound } = checkCluster(config, shown(clusterFile), sourceOf(clusterFile), images);
  refuse(unsound);
  return cluster!;
}

/**
 * Reads and checks it all, and then lays the overlay over it if there is one: the user's own has to hold without it.
 * @throws ConfigurationError with every problem at once
 */
export function loadConfiguration(
  clusterFile: string,
  configDir: string,
  overlay: Overlay | null = null,
  ask: Ask = null,
): Configuration {
  const { problems, sound, warnings, unchecked, images } = inspect(clusterFile, configDir, ask);
  refuse(problems);
  const { cluster, own } = sound!;
  if (overlay === null) return { cluster, bundle: configBundleOf(cluster, own), warnings, unchecked, contained: null };
  const overlaid = applyOverlay(own, overlay);
  const over = overlaidCluster(overlaid.config, overlay.withoutThanos === true, images);
  return { cluster: over, bundle: configBundleOf(over, overlaid), warnings, unchecked, contained: overlaid.contained };
}
