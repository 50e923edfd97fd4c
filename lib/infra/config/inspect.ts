import { basename, join } from 'node:path';
import { inOneLine, type UserError } from '../../contract/errors';
import type { ConfigBundle } from '../../contract/documents/config';
import { promtoolFlags } from '../../contract/promtool-flags';
import { VERSIONS } from '../../contract/versions';
import { renderPrometheus } from '../../core/rendering/render';
import { fillYaml } from '../../core/rendering/secrets/fill';
import { SECRETS_DIRECTORY, withSecretFiles } from '../../core/rendering/secrets/of-bundle';
import { withStandIns } from '../../core/rendering/secrets/stand-ins';
import { configBundleOf } from './bundle';
import { slowCatchUp } from './catch-up';
import { checkAlertmanager, type AlertmanagerVerdict } from './check/alertmanager';
import { checkCluster } from './check/cluster';
import { checkRemedies, remedyWarnings } from './check/remedies';
import { checkRules } from './check/rules';
import { shardWarnings } from './check/shard-warnings';
import { checkTargets } from './check/targets';
import { mapTemplates, TEMPLATES } from './check/templates';
import type { Cluster } from './cluster';
import { locateSetting, type SettingPath } from './locate';
import { lockFileOf, pinnedImages } from './lock/lock-file';
import { unpinnedImage } from './lock/node-image';
import { checkScale } from './lock/scale-lock';
import { loadNative, namedRules } from './native/load';
import { NATIVE_FILE, nativeText } from './native/read';
import { declaredIn, sameName, type Native } from './native/native';
import type { Sound } from './overlay/apply';
import { judgeByPrograms, renderedByPromtool, type CheckersAsked, type ProgramsVerdict } from './programs/check';
import { withoutProfiles } from './reach/profiles';
import { reachWarnings } from './reach/warnings';
import { secretWarnings } from './secrets/warnings';
import { exported, sourceOf, readIfThere, readText, readYamlFiles } from './read-files';
import { shown } from './shown';

/** Paths in config/cluster.ts begin here. */
const PROJECT = join(__dirname, '../../..');

/** The dead man's switch among them: its absence pages by this way, and only by this way. */
const unheard = (file: string): string =>
  `${file}: no alarmEmail: alarms of the control plane go to an SNS topic that nobody hears; set it, or subscribe your pager to the topic "Prometheus control plane" after the deploy`;

const nothingToShed = (where: string): string =>
  `${where}: no load.droppable: a node beyond its limits sheds nothing, and only the alarm load-high says so`;

/** Which programs to ask, by what the cluster deploys; null: none. */
export type Ask = ((artifacts: Cluster['artifacts']) => CheckersAsked) | null;

/** What is wrong with a configuration, all of it; `sound` only if nothing is. */
export interface Inspected extends ProgramsVerdict {
  readonly sound: { readonly cluster: Cluster; readonly own: Sound } | null;
  readonly images: ReturnType<typeof pinnedImages>;
}

const NO_PROGRAMS: CheckersAsked = {
  checkers: { promtool: null, amtool: null },
  deployed: { promtool: '', amtool: '' },
};

/** Reads and checks everything that a user configured. */
export function inspect(clusterFile: string, configDir: string, ask: Ask): Inspected {
  const problems: UserError[] = [];
  const lockFile = lockFileOf(clusterFile);
  const images = pinnedImages(lockFile);
  const checked = checkCluster(exported(clusterFile, problems), shown(clusterFile), sourceOf(clusterFile), images);
  // What does not even load has been reported; that it has no settings needs no saying.
  if (problems.length === 0) problems.push(...checked.problems);
  const { cluster } = checked;

  const at = (...names: string[]): string => shown(join(configDir, ...names));
  const said = { problems, warnings: [] as string[] };
  const file = loadNative(configDir, problems.length === 0 ? checked.config : null, said);
  const native = file?.native ?? null;
  const optional = file !== null;
  const isNamed = (dir: string): ((name: string) => boolean) => file?.names(dir) ?? (() => false);
  const rules = readYamlFiles(join(configDir, 'rules'), problems, { optional, isNamed: isNamed('rules') });
  const allRules = { ...rules, ...namedRules(native) };
  const targetFiles = readYamlFiles(join(configDir, 'targets'), problems, { optional, isNamed: isNamed('targets') });
  const targets = Object.fromEntries(Object.entries(targetFiles).map(([name, text]) => [basename(name, '.yml'), text]));
  const templates = readIfThere(join(configDir, TEMPLATES), '', problems);
  const tests = Object.keys(readIfThere(join(configDir, 'tests'), '.yml', problems));
  const written = readText(join(configDir, 'alertmanager.yml'), problems);

  const ofRules = checkRules(allRules, (name) => at('rules', name));
  const isDeclared = declaredIn(checked.config?.secrets);
  const ofAlertmanager =
    written === null ? NOTHING_TO_SAY : checkAlertmanager(at('alertmanager.yml'), written, isDeclared, cluster);
  const mapped = written === null ? null : mapTemplates(written, Object.keys(templates), at('alertmanager.yml'));
  const asked = askedWith(ask, cluster);
  const verdict = judgeByPrograms(
    {
      rules: allRules,
      ruleProblems: ofRules.form,
      alertmanager: mapped === null ? null : withStandIns(mapped.text, isDeclared),
      templates,
      alertmanagerProblems: ofAlertmanager.form,
      prometheusYml:
        nativeText(configDir) === null ? null : { path: join(configDir, NATIVE_FILE), shown: at(NATIVE_FILE) },
      isDeclared,
      tests: { dir: join(configDir, 'tests'), names: tests },
      label: { rule: (name) => at('rules', name), alertmanager: (name) => at(name), test: (name) => at('tests', name) },
    },
    asked,
  );
  // Whoever boots an image of their own can have put files there.
  const ownImage = cluster?.instance.ami !== undefined;
  const targetsFile = (job: string): string => at('targets', `${job}.yml`);
  problems.push(
    ...verdict.problems,
    ...ofRules.clashes,
    ...(optional && Object.keys(targets).length === 0 ? [] : checkTargets(targets, targetsFile)),
    ...(native === null ? [] : jobsTwice(native, targets, targetsFile)),
    ...ofAlertmanager.clashes,
    ...(ownImage ? [] : ofAlertmanager.elsewhere),
  );
  const locate = (path: SettingPath): string => locateSetting(shown(clusterFile), sourceOf(clusterFile), path);
  problems.push(...checkRemedies(cluster?.remedies ?? [], { rules: allRules, targets, native, root: PROJECT }, locate));
  if (cluster !== null) problems.push(...checkScale(cluster, lockFile, shown(lockFile)));
  const { unchecked } = verdict;
  if (problems.length > 0 || cluster === null) return { problems, warnings: [], unchecked, sound: null, images };
  const alertmanager = withoutProfiles(at('alertmanager.yml'), mapped!.text, said);
  const own = { config: checked.config!, rules, targets, native, alertmanager, templates };
  const { promtool } = asked.checkers;
  if (promtool !== null && promtool.version === asked.deployed.promtool)
    problems.push(
      ...renderedByPromtool(promtool, forOneNode(cluster, configBundleOf(cluster, own)), native !== null, at()),
    );
  const warnings = [
    ...verdict.warnings,
    ...ofRules.warnings,
    ...said.warnings,
    ...warningsOf(cluster, allRules, shown(clusterFile), (name) => at('rules', name), locate),
    ...secretWarnings(cluster, { native, alertmanager }, locate),
    ...reachWarnings(cluster, configBundleOf(cluster, own), locate),
    ...ofAlertmanager.warnings,
    ...(ownImage ? ofAlertmanager.elsewhere.map(inOneLine) : []),
    ...mapped!.warnings,
  ];
  return { problems, warnings, unchecked, sound: problems.length > 0 ? null : { cluster, own }, images };
}

const NOTHING_TO_SAY: AlertmanagerVerdict = { form: [], clashes: [], elsewhere: [], warnings: [] };
const DEFAULT_ARTIFACTS: Cluster['artifacts'] = {
  prometheus: VERSIONS.prometheus,
  alertmanager: VERSIONS.alertmanager,
};

/** What Prometheus takes with its features promtool takes as well. */
function askedWith(ask: Ask, cluster: Cluster | null): CheckersAsked {
  const { checkers, deployed } = ask === null ? NO_PROGRAMS : ask(cluster?.artifacts ?? DEFAULT_ARTIFACTS);
  const { promtool } = checkers;
  const flags = promtoolFlags(cluster?.prometheusFeatures ?? []);
  return { checkers: { ...checkers, promtool: promtool && { ...promtool, flags } }, deployed };
}

/** prometheus.yml as the first node has it. */
function forOneNode(cluster: Cluster, bundle: ConfigBundle): string {
  const names = Object.keys(bundle.secrets ?? {});
  const rendered = renderPrometheus({
    bundle: withSecretFiles(bundle, SECRETS_DIRECTORY).bundle,
    cluster: cluster.name,
    shard: 0,
    node: cluster.nodes[0]!.name,
    gateAddress: '127.0.0.1',
    nodeTargets: 'nodes',
    thanos: cluster.thanos !== null,
    prometheusVersion: cluster.artifacts.prometheus.version,
    webhooks: null,
  });
  return names.length === 0 ? rendered : fillYaml(rendered, names, () => undefined);
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
  rules: Readonly<Record<string, string>>,
  file: string,
  labelOf: (name: string) => string,
  locate: (path: SettingPath) => string,
): string[] {
  return [
    ...slowCatchUp(cluster, locate(['ingest', 'series'])),
    ...unpinnedImage(cluster.image, locate(['instance'])),
    ...(cluster.alarmEmail === undefined ? [unheard(file)] : []),
    ...(cluster.load.droppable === undefined ? [nothingToShed(locate(['load']))] : []),
    ...shardWarnings(rules, cluster, labelOf),
    ...remedyWarnings(cluster.remedies, locate),
  ];
}
