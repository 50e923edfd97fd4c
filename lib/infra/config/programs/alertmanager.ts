import { UserError } from '../../../contract/errors';
import { hint } from '../../../contract/nearest';
import { nearestNamed } from '../check/shape';
import { parseYaml, type YamlFile } from '../yaml-file';
import { configParts, withoutEachKey, type ConfigPart } from './alertmanager-parts';
import { ALERTMANAGER_KEYS } from './alertmanager-keys';
import { complaintsIn } from './complaints';
import type { Checker } from './find';
import { mendOf } from './mends';
import { runChecker, withFiles } from './run';

/** Alertmanager's configuration and templates as nodes have them, by path; `alertmanager.yml` is the first. */
export type AlertmanagerFiles = Readonly<Record<string, string>>;

const FILE = 'alertmanager.yml';

/** What amtool has against a configuration and its templates; empty when it takes them. */
export function alertmanagerByAmtool(
  amtool: Checker,
  files: AlertmanagerFiles,
  label: (file: string) => string,
): UserError[] {
  const { accepted, output } = withFiles(files, (cwd) => runChecker(amtool, ['check-config', FILE], cwd));
  if (accepted) return [];
  const said = complaintsIn(output).filter((complaint) => !/^amtool: error/.test(complaint));
  const complaints = said.length > 0 ? said : [output];
  const yaml = parseYaml(label(FILE), files[FILE]!, []);
  const by = `amtool ${amtool.version}`;
  return complaints.flatMap((complaint) => {
    const template = /^template: ([^:]+):(\d+)/.exec(complaint);
    if (template !== null) {
      const file = Object.keys(files).find((name) => name.endsWith(`/${template[1]!}`));
      return [problem(complaint, `${label(file ?? 'templates')}:${template[2]!}`, by)];
    }
    const line = /\bline (\d+): /.exec(complaint)?.[1];
    if (line !== undefined)
      return [problem(complaint, placeOfLine(files[FILE]!, Number(line), complaint, label(FILE)), by)];
    const blamed = yaml === null ? [] : partsToBlame(amtool, files[FILE]!);
    if (blamed.length === 0) return [problem(complaint, label(FILE), by)];
    return blamed.map(({ path, says }) => problem(says, yaml!.where(path), by, aboutOf(yaml!, path)));
  });
}

function problem(says: string, where: string, by: string, about: string | null = null): UserError {
  const got = says.replace(/^(?:yaml: )?(?:unmarshal errors: )?line \d+: /, '');
  const unknown = /^field (\S+) not found/.exec(got)?.[1];
  const mend = mendOf(says, by);
  return new UserError({
    ...(about === null ? {} : { about }),
    what: `${by} does not accept this`,
    where,
    got,
    expected: mend.expected,
    fix: `${mend.fix}${unknown === undefined ? '' : elsewhere(unknown)}`,
  });
}

const elsewhere = (key: string): string =>
  ALERTMANAGER_KEYS.includes(key) ? '; Alertmanager has it in another place' : hint(key, ALERTMANAGER_KEYS);

/** Receivers and intervals have names, routes the receiver that they lead to. */
function aboutOf(yaml: YamlFile, path: ConfigPart['path']): string | null {
  return nearestNamed(path, yaml.value);
}

/** With the column of the key or value that the message names, if it stands in that line. */
function placeOfLine(text: string, line: number, says: string, file: string): string {
  const named = /field (\S+) not found|`([^`]+?)(?:\.\.\.)?` into/.exec(says);
  const column = (text.split('\n')[line - 1] ?? '').indexOf(named?.[1] ?? named?.[2] ?? '\n');
  return `${file}:${line}${column === -1 ? '' : `:${column + 1}`}`;
}

interface Blamed {
  readonly path: ConfigPart['path'];
  readonly says: string;
}

/** The smallest parts that amtool refuses alone, and what it says of each. */
function partsToBlame(amtool: Checker, text: string): Blamed[] {
  const parts = configParts(text);
  const verdicts = judgeEach(amtool, parts);
  const refused = parts.flatMap((part, i) => (verdicts[i] === null ? [] : [{ ...part, says: verdicts[i]! }]));
  // What is wrong under `global` makes each receiver wrong.
  const ofGlobal = refused.find(({ path }) => path[0] === 'global')?.says;
  return refused
    .filter(({ path, says }) => path[0] === 'global' || says !== ofGlobal)
    .map((part) => ({ path: keyToBlame(amtool, text, part) ?? part.path, says: part.says }));
}

function keyToBlame(amtool: Checker, text: string, part: ConfigPart & Blamed): ConfigPart['path'] | null {
  const less = withoutEachKey(text, part);
  const verdicts = judgeEach(amtool, less);
  const taken = less.filter((_, i) => verdicts[i] === null);
  return (taken.find(({ key }) => part.says.includes(key)) ?? taken[0])?.path ?? null;
}

/** What amtool says of each text by itself; null for those that it takes. */
function judgeEach(amtool: Checker, parts: readonly { readonly text: string }[]): (string | null)[] {
  if (parts.length === 0) return [];
  const files = Object.fromEntries(parts.map(({ text }, i) => [`${i}.yml`, text]));
  const { output } = withFiles(files, (cwd) => runChecker(amtool, ['check-config', ...Object.keys(files)], cwd));
  const blocks = output.split(/^(?=Checking ')/m).filter((block) => block.startsWith('Checking'));
  return parts.map((_, i) => complaintsIn(blocks[i] ?? '').filter((c) => !/^amtool: error/.test(c))[0] ?? null);
}
