import { basename, join } from 'node:path';
import type { UserError } from '../../contract/errors';
import type { ConfigBundle } from '../../contract/documents/config';
import { EXTERNAL_LABELS } from '../../contract/labels';
import { alertmanagerWarnings, checkAlertmanager } from './check/alertmanager';
import { checkCluster, overlaidCluster } from './check/cluster';
import { checkRemedies, remedyWarnings } from './check/remedies';
import { checkRules } from './check/rules';
import { checkTargets } from './check/targets';
import type { Cluster } from './cluster';
import { locateSetting, type SettingPath } from './locate';
import { applyOverlay, type Contained, type Sound } from './overlay/apply';
import type { Overlay } from './overlay/overlay';
import { profileWarnings } from './check/profile-warnings';
import { slowCatchUp } from './catch-up';
import { refuse } from './problems';
import { loadNative, namedRules } from './native/load';
import { sameName, type Native } from './native/native';
import { lockFileOf, pinnedImages } from './lock/lock-file';
import { unpinnedImage } from './lock/node-image';
import { checkScale } from './lock/scale-lock';
import { shardWarnings } from './check/shard-warnings';
import { shown } from './shown';
import { exported, sourceOf, readText, readYamlFiles } from './read-files';

/** Paths in config/cluster.ts begin here. */
const PROJECT = join(__dirname, '../../..');

/** The dead man's switch among them: its absence pages by this way, and only by this way. */
const unheard = (file: string): string =>
  `${file}: no alarmEmail: alarms of the control plane go to an SNS topic that nobody hears; set it, or subscribe your pager to the topic "Prometheus control plane" after the deploy`;

/** Everything a user configured, found sound. */
export interface Configuration {
  readonly cluster: Cluster;
  readonly bundle: ConfigBundle;
  /** What works, but perhaps not as meant; one each. */
  readonly warnings: readonly string[];
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
): Configuration {
  const problems: UserError[] = [];
  const lockFile = lockFileOf(clusterFile);
  const images = pinnedImages(lockFile);
  const checked = checkCluster(exported(clusterFile, problems), shown(clusterFile), sourceOf(clusterFile), images);
  // What does not even load has been reported; that it has no settings needs no saying.
  if (problems.length === 0) problems.push(...checked.problems);

  const rulesDir = join(configDir, 'rules');
  const targetsDir = join(configDir, 'targets');
  const alertmanagerFile = join(configDir, 'alertmanager.yml');
  const said = { problems, warnings: [] as string[] };
  const file = loadNative(configDir, problems.length === 0 ? checked.config : null, said);
  const optional = file !== null;
  const isNamed = (dir: string): ((name: string) => boolean) => file?.names(dir) ?? (() => false);
  const rules = readYamlFiles(rulesDir, problems, { optional, isNamed: isNamed('rules') });
  const allRules = { ...rules, ...namedRules(file?.native ?? null) };
  const targetFiles = readYamlFiles(targetsDir, problems, { optional, isNamed: isNamed('targets') });
  const targets = Object.fromEntries(Object.entries(targetFiles).map(([name, text]) => [basename(name, '.yml'), text]));
  const targetsFile = (job: string): string => shown(join(targetsDir, `${job}.yml`));
  const alertmanager = readText(alertmanagerFile, problems);
  const judged = checkRules(allRules, (name) => shown(join(rulesDir, name)));
  problems.push(
    ...judged.form,
    ...judged.clashes,
    ...(optional && Object.keys(targets).length === 0 ? [] : checkTargets(targets, targetsFile)),
    ...(file?.native ? jobsTwice(file.native, targets, targetsFile) : []),
    ...(alertmanager === null ? [] : checkAlertmanager(shown(alertmanagerFile), alertmanager)),
  );
  const remedies = checked.cluster?.remedies ?? [];
  const locate = (path: SettingPath): string => locateSetting(shown(clusterFile), sourceOf(clusterFile), path);
  problems.push(
    ...checkRemedies(remedies, { rules: allRules, targets, native: file?.native ?? null, root: PROJECT }, locate),
  );
  if (checked.cluster !== null) problems.push(...checkScale(checked.cluster, lockFile, shown(lockFile)));
  refuse(problems);
  const own = { config: checked.config!, rules, targets, native: file?.native ?? null, alertmanager: alertmanager! };
  const warnings = [
    ...judged.warnings,
    ...said.warnings,
    ...warningsOf(
      checked.cluster!,
      own.native,
      allRules,
      shown(clusterFile),
      (name) => shown(join(rulesDir, name)),
      locate,
    ),
    ...alertmanagerWarnings(shown(alertmanagerFile), own.alertmanager),
  ];
  if (overlay === null) {
    return { cluster: checked.cluster!, bundle: bundleOf(checked.cluster!, own), warnings, contained: null };
  }
  const overlaid = applyOverlay(own, overlay);
  const cluster = overlaidCluster(overlaid.config, overlay.withoutThanos === true, images);
  return { cluster, bundle: bundleOf(cluster, overlaid), warnings, contained: overlaid.contained };
}

/** What nodes are to run. */
function bundleOf(cluster: Cluster, { rules, targets, native, alertmanager }: Omit<Sound, 'config'>): ConfigBundle {
  const { droppable } = cluster.load;
  return {
    version: 1,
    global: { scrapeInterval: cluster.scrapeInterval, evaluationInterval: cluster.evaluationInterval },
    ...(droppable === undefined ? {} : { droppable }),
    scrapeLimits: cluster.scrapeLimits,
    externalLabels: { [EXTERNAL_LABELS.cluster]: cluster.name },
    rules,
    targets,
    ...(native === null ? {} : { prometheus: native.text, files: native.named.files }),
    alertmanager,
    remedies: cluster.remedies.map(({ name, when }) => ({ name, ...when })),
  };
}

/** Jobs of prometheus.yml that are there in config/targets as well. */
function jobsTwice(
  { jobs }: Native,
  targets: Readonly<Record<string, string>>,
  label: (job: string) => string,
): UserError[] {
  return [...jobs].flatMap(([job, where]) => (Object.hasOwn(targets, job) ? [sameName(job, where, label(job))] : []));
}

function warningsOf(
  cluster: Cluster,
  native: Native | null,
  rules: Readonly<Record<string, string>>,
  file: string,
  labelOf: (name: string) => string,
  locate: (path: SettingPath) => string,
): string[] {
  const { droppable } = cluster.load;
  return [
    ...slowCatchUp(cluster, locate(['ingest', 'series'])),
    ...unpinnedImage(cluster.image, locate(['instance'])),
    ...(cluster.alarmEmail === undefined ? [unheard(file)] : []),
    ...profileWarnings(
      {
        rules,
        global: cluster,
        ...(droppable === undefined ? {} : { droppable }),
        ...(native && { prometheus: native.text }),
      },
      labelOf,
    ),
    ...shardWarnings(rules, cluster, labelOf),
    ...remedyWarnings(cluster.remedies, locate),
  ];
}
