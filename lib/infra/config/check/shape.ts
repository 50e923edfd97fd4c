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
    problems.push(
      new UserError({
        what: unknown
          ? `there is no key ${unknown.join(', ')} ${path.length === 0 ? 'here' : `in ${named(path, yaml.value) || 'this'}`}`
          : `${named(path, yaml.value) || what} is not usable`,
        where: yaml.where(unknown ? [...path, unknown[0]!] : path),
        got: unknown ? unknown.join(', ') : value === undefined ? 'nothing' : JSON.stringify(value),
        expected: unknown ? `the keys of ${what}` : expectedBy(issue.message),
        fix: unknown ? 'correct the name or remove it' : 'correct it',
      }),
    );
  }
  return null;
}

/** What stands at a path as its author calls it: `for of alert RedisDown`, rather than groups.0.rules.1.for. */
function named(path: readonly (string | number)[], root: unknown): string {
  let value = root;
  let said = '';
  let tail: (string | number)[] = [];
  for (const step of path) {
    value = typeof value === 'object' && value !== null ? Reflect.get(value, step) : undefined;
    const name = typeof step === 'number' ? nameOf(value) : null;
    if (name === null) tail.push(step);
    else [said, tail] = [name, []];
  }
  return [tail.join('.'), said].filter((part) => part !== '').join(' of ');
}

/** Elements of lists that have a name: groups, rules, receivers. */
function nameOf(value: unknown): string | null {
  if (typeof value !== 'object' || value === null) return null;
  for (const [key, kind] of [
    ['alert', 'alert '],
    ['record', 'recording rule '],
    ['name', ''],
  ] as const) {
    const name: unknown = Reflect.get(value, key);
    if (typeof name === 'string' && name !== '') return `${kind}${name}`;
  }
  return null;
}
