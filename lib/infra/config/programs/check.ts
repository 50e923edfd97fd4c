import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { parse, parseDocument } from 'yaml';
import { UserError } from '../../../contract/errors';
import { renderFiles } from '../../../core/rendering/render';
import type { Configuration } from '../load';
import { shown } from '../shown';
import { parseYaml } from '../yaml-file';
import { isPattern } from '../native/paths';
import { NATIVE_FILE } from '../native/read';
import { aboutOf, aboutUsersFile, complaintsIn } from './complaints';
import { findChecker, type Checker, type CheckerName } from './find';

export type Checkers = Readonly<Record<CheckerName, Checker | null>>;

/** What the programs say: `problems` if they are those that nodes run, else `warnings`, for another version may be wrong. */
interface Objections {
  readonly problems: readonly UserError[];
  readonly warnings: readonly string[];
}

/** What this machine has to check a configuration with. */
function findCheckers({ artifacts }: Configuration['cluster']): Checkers {
  return {
    promtool: findChecker('promtool', artifacts.prometheus.version),
    amtool: findChecker('amtool', artifacts.alertmanager.version),
  };
}

/** By the programs that this machine has. */
export function checkByPrograms(configuration: Configuration, configDir: string): Objections {
  const { artifacts } = configuration.cluster;
  const checkers = findCheckers(configuration.cluster);
  const deployed = { promtool: artifacts.prometheus.version, amtool: artifacts.alertmanager.version };
  const isDeployed = (name: CheckerName): boolean => checkers[name]?.version === deployed[name];
  const only = (take: (name: CheckerName) => boolean): Checkers => ({
    promtool: take('promtool') ? checkers.promtool : null,
    amtool: take('amtool') ? checkers.amtool : null,
  });
  return {
    problems: objectionsOf(configuration, configDir, only(isDeployed)),
    warnings: objectionsOf(
      configuration,
      configDir,
      only((name) => !isDeployed(name)),
    ).map(({ message }) => message),
  };
}

/** What promtool and amtool have against the user's files, with their places. */
export function objectionsOf({ cluster, bundle }: Configuration, configDir: string, checkers: Checkers): UserError[] {
  const dir = mkdtempSync(join(tmpdir(), 'promha-check-'));
  try {
    const files = renderFiles({
      bundle,
      cluster: cluster.name,
      shard: 0,
      node: cluster.nodes[0]!.name,
      gateAddress: '127.0.0.1',
      nodeTargets: join(dir, 'nodes'),
      thanos: cluster.thanos !== null,
      prometheusVersion: checkers.promtool?.version ?? cluster.artifacts.prometheus.version,
      webhooks: null,
    });
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(dir, name)), { recursive: true });
      writeFileSync(join(dir, name), text);
    }
    const said = (name: CheckerName, args: readonly string[]): UserError[] =>
      complaintsOf(checkers[name], args, dir).map((complaint) =>
        problemOf(name, checkers[name]!.version, complaint, files, configDir),
      );
    const rules = bundle.prometheus === undefined ? [] : rulesOf(files);
    return [
      ...(bundle.prometheus === undefined
        ? said('promtool', ['check', 'config', 'prometheus.yml'])
        : [
            ...usersFile(checkers.promtool, configDir),
            // Discovery and credentials may need files that only nodes have.
            ...said('promtool', ['check', 'config', '--syntax-only', 'prometheus.yml']),
            ...(rules.length === 0 ? [] : said('promtool', ['check', 'rules', ...rules])),
          ]),
      ...said('amtool', ['check-config', 'alertmanager.yml']),
    ];
  } finally {
    rmSync(dir, { recursive: true });
  }
}

/** As it stands in config/, so that promtool's lines are the user's. */
function usersFile(checker: Checker | null, configDir: string): UserError[] {
  const path = join(configDir, NATIVE_FILE);
  return complaintsOf(checker, ['check', 'config', '--syntax-only', path], configDir).map(
    (complaint) =>
      new UserError({
        what: `promtool does not accept ${NATIVE_FILE}`,
        ...aboutUsersFile(complaint, readFileSync(path, 'utf8'), shown(path)),
        expected: `what promtool ${checker!.version} accepts: Prometheus reads the same`,
        fix: 'correct it',
      }),
  );
}

const rulesOf = (files: Readonly<Record<string, string>>): string[] => {
  const { rule_files: named } = parse(files['prometheus.yml']!) as { rule_files: string[] };
  return [
    ...Object.keys(files).filter((file) => /^rules\/[^/]+\.yml$/.test(file)),
    ...named.filter((file) => !isPattern(file)),
  ];
};

function complaintsOf(checker: Checker | null, args: readonly string[], cwd: string): string[] {
  if (checker === null) return [];
  const env = { ...process.env, ...checker.env };
  const { status, stdout, stderr, error } = spawnSync(checker.path, args, {
    cwd,
    encoding: 'utf8',
    env,
    timeout: 60_000,
  });
  if (status === 0) return [];
  const found = complaintsIn(`${stdout}\n${stderr}`);
  return found.length > 0 ? found : [error?.message ?? `${stdout}\n${stderr}`.trim()];
}

function problemOf(
  name: CheckerName,
  version: string,
  complaint: string,
  files: Readonly<Record<string, string>>,
  configDir: string,
): UserError {
  const about = aboutOf(complaint, (file) => groupsOf(files[file] ?? ''));
  const file = about.file ?? (name === 'amtool' ? 'alertmanager.yml' : null);
  const isUsers = file !== null && file !== 'prometheus.yml';
  const place = shown(join(configDir, isUsers ? file : ''));
  const yaml = isUsers && about.path !== null ? parseYaml(place, files[file] ?? '', []) : null;
  const line = isUsers && about.line !== null ? `:${about.line}` : '';
  return new UserError({
    what: `${name} does not accept ${isUsers ? basename(file) : 'what nodes would be given'}`,
    where: yaml?.where(about.path!) ?? `${place}${line}`,
    got: about.says,
    expected: `what ${name} ${version} accepts: nodes ask it before they load anything`,
    fix: 'correct it',
  });
}

function groupsOf(text: string): string[] {
  const groups: unknown = parseDocument(text).toJS();
  const list: unknown = typeof groups === 'object' && groups !== null ? Reflect.get(groups, 'groups') : null;
  return Array.isArray(list) ? list.map((group: unknown) => String(Reflect.get(Object(group) as object, 'name'))) : [];
}
