import type { z } from 'zod';
import { UserError } from '../../../contract/errors';
import { expectedBy } from '../problems';
import type { YamlFile } from '../yaml-file';

/** The file's value when it has the form; problems with their places, and null, when it has not. */
export function checkShape<T>(yaml: YamlFile, schema: z.ZodType<T>, what: string, problems: UserError[]): T | null {
  const parsed = schema.safeParse(yaml.value);
  if (parsed.success) return parsed.data;
  for (const issue of parsed.error.issues) {
    const path = issue.path as (string | number)[];
    const unknown = issue.code === 'unrecognized_keys' ? issue.keys : null;
    const value = path.reduce<unknown>((v, step) => (v as Record<string | number, unknown> | null)?.[step], yaml.value);
    const { about, rest } = named(path, yaml.value);
    problems.push(
      new UserError({
        ...(about === null ? {} : { about }),
        what: unknown
          ? `there is no key ${unknown.join(', ')}${path.length === 0 ? ' here' : rest === '' ? '' : ` in ${rest}`}`
          : `${rest || (about === null ? what : 'this')} is not usable`,
        where: yaml.where(unknown ? [...path, unknown[0]!] : path),
        got: unknown ? unknown.join(', ') : value === undefined ? 'nothing' : JSON.stringify(value),
        expected: unknown ? `the keys of ${what}` : expectedBy(issue.message),
        fix: unknown ? 'correct the name or remove it' : `write ${expectedBy(issue.message)} there`,
      }),
    );
  }
  return null;
}

/** What stands at a path as its author calls it: `for` of `alert RedisDown`, rather than groups.0.rules.1.for. */
function named(path: readonly (string | number)[], root: unknown): { about: string | null; rest: string } {
  let value = root;
  let about: string | null = null;
  let rest: (string | number)[] = [];
  for (const [i, step] of path.entries()) {
    value = typeof value === 'object' && value !== null ? Reflect.get(value, step) : undefined;
    const name = typeof step === 'number' ? nameOf(value, KINDS[String(path[i - 1])]) : null;
    if (name === null) rest.push(step);
    else [about, rest] = [name, []];
  }
  return { about, rest: rest.join('.') };
}

const KINDS: Readonly<Record<string, string>> = {
  groups: 'group ',
  receivers: 'receiver ',
  time_intervals: 'time interval ',
  mute_time_intervals: 'time interval ',
};

/** Elements of lists that have a name: groups, rules, receivers. */
function nameOf(value: unknown, kind = ''): string | null {
  if (typeof value !== 'object' || value === null) return null;
  for (const [key, said] of [
    ['alert', 'alert '],
    ['record', 'recording rule '],
    ['name', kind],
  ] as const) {
    const name: unknown = Reflect.get(value, key);
    if (typeof name === 'string' && name !== '') return `${said}${name}`;
  }
  return null;
}

/** The receiver, interval, group or rule that what stands at a path is part of; null for none. */
export function nearestNamed(path: readonly (string | number)[], root: unknown): string | null {
  return named(path, root).about;
}
