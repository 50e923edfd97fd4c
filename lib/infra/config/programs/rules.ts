import { UserError } from '../../../contract/errors';
import { nameOfRule, rulesFile, type Group } from '../check/rule-form';
import { whereInScalar } from '../check/rules';
import { parseYaml, type YamlFile } from '../yaml-file';
import { aboutOf, complaintsIn } from './complaints';
import type { Checker } from './find';
import { mendOf } from './mends';
import { runChecker, withFiles } from './run';

/** What promtool has against each file of rules, by the file's name; nothing for those that it takes. */
export function rulesByPromtool(
  promtool: Checker,
  files: Readonly<Record<string, string>>,
  label: (name: string) => string,
): ReadonlyMap<string, readonly UserError[]> {
  const names = Object.keys(files);
  if (names.length === 0) return new Map();
  // By number: what promtool says begins with a name that can be told from the rest.
  const dir = Object.fromEntries(names.map((name, i) => [`${i}.yml`, files[name]!]));
  const args = ['check', 'rules', '--lint=none', ...Object.keys(dir)];
  const { accepted, output } = withFiles(dir, (cwd) => runChecker(promtool, args, cwd));
  if (accepted) return new Map();
  const found = new Map<string, UserError[]>();
  const read = new Map<string, FileOfRules>();
  const complaints = complaintsIn(output);
  for (const complaint of complaints.length > 0 ? complaints : [output]) {
    const about = aboutOf(complaint);
    const name = names[Number.parseInt(about.file ?? '', 10)] ?? '';
    if (!read.has(name)) read.set(name, fileOfRules(label(name), files[name] ?? ''));
    const problem = problemOf(about, read.get(name)!, name === '' ? label('*') : label(name), promtool.version);
    found.set(name, [...(found.get(name) ?? []), problem]);
  }
  return found;
}

interface FileOfRules {
  readonly yaml: YamlFile | null;
  readonly groups: readonly Group[];
}

function fileOfRules(label: string, text: string): FileOfRules {
  const yaml = parseYaml(label, text, []);
  const parsed = rulesFile.safeParse(yaml?.value ?? {});
  return { yaml, groups: parsed.success ? parsed.data.groups : [] };
}

function problemOf(
  about: ReturnType<typeof aboutOf>,
  { yaml, groups }: FileOfRules,
  file: string,
  version: string,
): UserError {
  const g = groups.findIndex(({ name }) => name === about.rule?.group);
  const rule = groups[g]?.rules[about.rule?.index ?? -1];
  const path = rule === undefined ? null : ['groups', g, 'rules', about.rule!.index, ...about.key];
  const line = about.line === null ? '' : `:${about.line}`;
  const by = `promtool ${version}`;
  return new UserError({
    ...(rule === undefined ? {} : { about: nameOfRule(rule) }),
    what: `${by} does not accept this`,
    where: yaml === null || path === null ? `${file}${line}` : placeOf(yaml, path, about.within, rule?.expr ?? ''),
    got: about.says,
    ...mendOf(about.says, by),
  });
}

function placeOf(
  yaml: YamlFile,
  path: readonly (string | number)[],
  within: ReturnType<typeof aboutOf>['within'],
  expr: string,
): string {
  if (within === null) return yaml.where(path);
  const before = expr.split('\n').slice(0, within.line - 1);
  const offset = before.reduce((sum, line) => sum + line.length + 1, 0) + within.column - 1;
  return whereInScalar(yaml, path, Math.min(offset, expr.length));
}
