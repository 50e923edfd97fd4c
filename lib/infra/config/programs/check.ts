import { cpSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { UserError } from '../../../contract/errors';
import { secretsIn } from '../../../core/rendering/secrets/placeholders';
import { withStandIns } from '../../../core/rendering/secrets/stand-ins';
import type { Cluster } from '../cluster';
import { alertmanagerByAmtool } from './alertmanager';
import { aboutUsersFile, complaintsIn } from './complaints';
import { findChecker, type Checker, type CheckerName } from './find';
import { mendOf } from './mends';
import { rulesByPromtool } from './rules';
import { testsByPromtool } from './rule-tests';
import { runChecker, withFiles } from './run';

export type Checkers = Readonly<Record<CheckerName, Checker | null>>;
/** Which programs there are to ask, and the versions that are deployed. */
export interface CheckersAsked {
  readonly checkers: Checkers;
  readonly deployed: Readonly<Record<CheckerName, string>>;
}

/** What this machine has to check a configuration with. */
export function findCheckers({ prometheus, alertmanager }: Cluster['artifacts']): CheckersAsked {
  const deployed = { promtool: prometheus.version, amtool: alertmanager.version };
  const checkers = {
    promtool: findChecker('promtool', deployed.promtool),
    amtool: findChecker('amtool', deployed.amtool),
  };
  return { checkers, deployed };
}

/** The files of a user, as they are written, and what this project's own parsers have against them. */
export interface Judged {
  readonly rules: Readonly<Record<string, string>>;
  readonly ruleProblems: readonly UserError[];
  /** The user's own; null where there is none. */
  readonly prometheusYml: { readonly path: string; readonly shown: string } | null;
  /** Whether `${NAME}` of the user's is a secret: something that has the form of one stands there for the programs. */
  readonly isDeclared: (name: string) => boolean;
  /** Null where there is no file. */
  readonly alertmanager: string | null;
  readonly templates: Readonly<Record<string, string>>;
  readonly alertmanagerProblems: readonly UserError[];
  /** Files of tests, and the directory that has them. */
  readonly tests: { readonly dir: string; readonly names: readonly string[] };
  readonly label: { readonly rule: Label; readonly alertmanager: Label; readonly test: Label };
}
type Label = (name: string) => string;

/** `unchecked`: what nobody here could tell, in words. */
export interface ProgramsVerdict {
  readonly problems: readonly UserError[];
  readonly warnings: readonly string[];
  readonly unchecked: readonly string[];
}

/**
 * The programs that nodes run decide: what they take is taken, and what they refuse is refused, in our words where we have
 * some for the same line. Without them our own parsers do, which know less. Those of another version only warn.
 */
export function judgeByPrograms(files: Judged, { checkers, deployed }: CheckersAsked): ProgramsVerdict {
  const { promtool, amtool } = checkers;
  const { rules, alertmanager, templates, tests, label } = files;
  const byPromtool = promtool === null ? null : rulesByPromtool(promtool, rules, label.rule);
  const ofRules = byPromtool === null ? null : [...byPromtool.values()].flat();
  const refused = [...(byPromtool?.keys() ?? [])].map((name) => `${label.rule(name)}:`);
  const ofAlertmanager =
    amtool === null || alertmanager === null
      ? null
      : alertmanagerByAmtool(amtool, { 'alertmanager.yml': alertmanager, ...below(templates) }, label.alertmanager);
  const { prometheusYml } = files;
  const ofPrometheusYml =
    promtool === null || prometheusYml === null ? null : usersFileByPromtool(promtool, prometheusYml, files.isDeclared);
  const isDeployed = promtool?.version === deployed.promtool;
  const verdicts = [
    verdictOf([], ofPrometheusYml, isDeployed, () => true),
    verdictOf(files.ruleProblems, ofRules, isDeployed, (p) =>
      refused.some((file) => p.problem.where?.startsWith(file)),
    ),
    verdictOf(files.alertmanagerProblems, ofAlertmanager, amtool?.version === deployed.amtool, () => true),
  ];
  // Tests of what is refused say nothing new.
  const isSound = verdicts.every(({ problems }) => problems.length === 0);
  const failed = promtool === null || !isSound ? [] : testsByPromtool(promtool, tests.dir, tests.names, label.test);
  return {
    problems: [...verdicts.flatMap(({ problems }) => problems), ...failed],
    warnings: verdicts.flatMap(({ warnings }) => warnings),
    unchecked: uncheckedBy(checkers, tests.names.length),
  };
}

/** `said`: by the program; null when it was not asked. `concerns`: whether ours is about something that it refuses. */
function verdictOf(
  ours: readonly UserError[],
  said: readonly UserError[] | null,
  isDeployed: boolean,
  concerns: (problem: UserError) => boolean,
): Omit<ProgramsVerdict, 'unchecked'> {
  if (said === null) return { problems: ours, warnings: [] };
  if (!isDeployed) return { problems: ours, warnings: ours.length > 0 ? [] : said.map(({ message }) => message) };
  if (said.length === 0) return { problems: [], warnings: [] };
  const explained = ours.filter(concerns);
  const isNew = (one: UserError): boolean => !explained.some((own) => isSame(own, one));
  return { problems: [...explained, ...said.filter(isNew)], warnings: [] };
}

/** The same line or rule; what is no YAML at all each parser notices at a place of its own, and of groups promtool has none. */
function isSame(ours: UserError, theirs: UserError): boolean {
  const [a, b] = [placeOf(ours), placeOf(theirs)];
  if (a.file !== b.file) return false;
  const { about } = theirs.problem;
  if (a.line === b.line || b.line === null || (about !== undefined && about === ours.problem.about)) return true;
  return ours.problem.what.startsWith('this is not YAML') && /YAML/.test(theirs.problem.expected ?? '');
}

/** A place in a file as `file:line:column` has it; what is not said is null. */
export function placeOf({ problem }: UserError): { file: string | null; line: number | null; column: number | null } {
  const found = /^(.*?)(?::(\d+))?(?::(\d+))?$/s.exec(problem.where ?? '');
  const number = (text: string | undefined): number | null => (text === undefined ? null : Number(text));
  return { file: found?.[1] || null, line: number(found?.[2]), column: number(found?.[3]) };
}

const below = (templates: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(templates).map(([name, text]) => [`templates/${name}`, text]));

function uncheckedBy({ promtool, amtool }: Checkers, tests: number): string[] {
  return [
    ...(promtool !== null
      ? []
      : [
          `templates in labels and annotations, types in PromQL${tests > 0 ? `, ${tests} files of tests` : ''} (no promtool)`,
        ]),
    ...(amtool !== null ? [] : ['receivers, matchers, times and templates of Alertmanager (no amtool)']),
  ];
}

/** The user's own file as it stands in config/, so that promtool's lines are the user's. */
function usersFileByPromtool(
  promtool: Checker,
  file: { readonly path: string; readonly shown: string },
  isDeclared: Judged['isDeclared'],
): UserError[] {
  const text = readFileSync(file.path, 'utf8');
  const by = `promtool ${promtool.version}`;
  const complaints = (path: string): string[] =>
    complaintsOf(promtool, ['check', 'config', '--syntax-only', path], dirname(path));
  return withoutSecrets(file.path, isDeclared, complaints).map(
    (got) =>
      new UserError({
        what: `${by} does not accept this`,
        ...aboutUsersFile(got, text, file.shown),
        ...mendOf(got, by),
      }),
  );
}

/** With the file, or with a copy of its directory in which something stands for each secret. */
function withoutSecrets<T>(path: string, isDeclared: Judged['isDeclared'], use: (path: string) => T): T {
  const dir = dirname(path);
  const changed: Record<string, string> = {};
  for (const name of (readdirSync(dir, { recursive: true }) as string[]).filter((one) => /\.ya?ml$/.test(one))) {
    if (!statSync(join(dir, name)).isFile()) continue;
    const text = readFileSync(join(dir, name), 'utf8');
    if (secretsIn(text, isDeclared).length > 0) changed[name] = withStandIns(text, isDeclared);
  }
  if (Object.keys(changed).length === 0) return use(path);
  return withFiles({}, (copy) => {
    cpSync(dir, copy, { recursive: true, filter: (from) => !from.includes('node_modules') });
    for (const [name, text] of Object.entries(changed)) writeFileSync(join(copy, name), text);
    return use(join(copy, basename(path)));
  });
}

/**
 * What promtool has against the prometheus.yml that a node would be given; its rules are judged apart. `native`: with the
 * user's own in it, whose discovery and credentials may need files that only nodes have.
 */
export function renderedByPromtool(
  promtool: Checker,
  prometheusYml: string,
  native: boolean,
  configDir: string,
): UserError[] {
  const by = `promtool ${promtool.version}`;
  const args = ['check', 'config', ...(native ? ['--syntax-only'] : []), 'prometheus.yml'];
  return withFiles({ 'prometheus.yml': prometheusYml }, (cwd) => complaintsOf(promtool, args, cwd)).map(
    (got) =>
      new UserError({
        what: `${by} does not accept what nodes would be given`,
        where: configDir,
        got,
        ...mendOf(got, by),
      }),
  );
}

function complaintsOf(checker: Checker, args: readonly string[], cwd: string): string[] {
  const { accepted, output } = runChecker(checker, args, cwd);
  if (accepted) return [];
  const said = complaintsIn(output);
  return said.length > 0 ? said : [output];
}
