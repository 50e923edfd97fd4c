import { dirname } from 'node:path';
import { durationMs } from '../../contract/duration';
import { targetFilesOf } from '../../core/import/found-targets';
import { flagSettings, flagsTold } from '../../core/import/flags';
import { namedPaths, placeIn } from '../../core/import/paths';
import { ruleFilesOf } from '../../core/import/rules-api';
import { readGoYaml } from '../../core/rendering/go-yaml';
import { at, textOf } from '../../core/rendering/yaml-nodes';
import { ALERTMANAGERS, BUILD, LOADED_CONFIG, FLAGS, RULES, STATUS, DISCOVERED } from './answers';
import { PROMETHEUS_FEATURES } from '../../infra/config/schema/prometheus-flags';
import { Server } from './ask';
import { Files, isUrl, type Gathered, type UsersText } from './gathered';
import { alertmanagerFiles } from './from-files';

/** Prometheus' default. */
const EVALUATION_INTERVAL = '1m';

/** What a running Prometheus says of itself, with the Alertmanager that was named, a URL or a path. */
export async function gatherFromServer(url: string, alertmanager: string | null): Promise<Gathered> {
  const server = new Server(url);
  const { yaml } = (await server.get('/api/v1/status/config', LOADED_CONFIG)).data;
  const flags = (await server.get('/api/v1/status/flags', FLAGS)).data;
  const { version } = (await server.get('/api/v1/status/buildinfo', BUILD)).data;
  const { groups } = (await server.get('/api/v1/rules', RULES)).data;
  const { activeTargets, droppedTargets } = (await server.get('/api/v1/targets?state=any', DISCOVERED)).data;
  const dir = dirname(flags['config.file'] ?? '/etc/prometheus/prometheus.yml');
  const files = new Files();
  const interval = textOf(at(readGoYaml(yaml).root, 'global', 'evaluation_interval')) ?? EVALUATION_INTERVAL;
  const discovered = [...activeTargets, ...(droppedTargets ?? [])].map(({ discoveredLabels }) => discoveredLabels);
  const rules = ruleFilesOf(groups, (durationMs(interval) ?? 60_000) / 1000);
  const targets = targetFilesOf(discovered);
  for (const [path, text] of Object.entries({ ...rules, ...targets })) files.add(placeIn(path, dir), path, text);
  const told = [
    ...flagsTold(flags, PROMETHEUS_FEATURES),
    ...lost(yaml, Object.keys(rules).length, Object.keys(targets).length),
  ];
  const own = alertmanager === null ? null : await alertmanagerFrom(alertmanager, files, told);
  if (alertmanager === null) told.push(...(await alertmanagersOf(server)));
  return {
    prometheus: { file: `${server.url}/api/v1/status/config`, text: yaml },
    alertmanager: own,
    files: files.all(),
    told,
    version,
    flags: flagSettings(flags, PROMETHEUS_FEATURES),
    host: isLoopback(server.host) ? null : server.host,
  };
}

/** Of a running Alertmanager, or of its file. */
export async function alertmanagerFrom(source: string, files: Files, told: string[]): Promise<UsersText | null> {
  if (!isUrl(source)) return alertmanagerFiles(source, files, told, true);
  const server = new Server(source);
  const { config } = await server.get('/api/v2/status', STATUS);
  const named = readGoYaml(config.original).root;
  if (at(named, 'templates') !== null)
    told.push('files of templates are not told by a running Alertmanager: put them into templates/');
  return { file: `${server.url}/api/v2/status`, text: config.original };
}

async function alertmanagersOf(server: Server): Promise<string[]> {
  const { activeAlertmanagers } = (await server.get('/api/v1/alertmanagers', ALERTMANAGERS)).data;
  return activeAlertmanagers.map(
    ({ url }) =>
      `it notifies ${new URL(url).origin}: --alertmanager ${new URL(url).origin} brings its routes and receivers`,
  );
}

/** What a running server knows and does not tell. */
function lost(yaml: string, rules: number, targets: number): string[] {
  const { certificates, targets: named } = namedPaths(yaml);
  return [
    ...(rules > 0 ? ['rules are as the server tells them: without comments, and without query_offset'] : []),
    ...(targets > 0 ? ['files of targets are as they were found: labels that begin with __ are not told'] : []),
    ...(targets === 0 && named.length > 0 ? [`no targets were found in ${named.join(', ')}`] : []),
    ...certificates.map((path) => `a running server does not tell ${path}: put the file into config/`),
    'what the server writes out is all defaults too, without comments: its files say the same in less, if you have them',
  ];
}

const isLoopback = (host: string): boolean => /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/i.test(host);
