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
        what: unknown ? `there is no key ${unknown.join(', ')} here` : `${path.join('.') || what} is not usable`,
        where: yaml.where(unknown ? [...path, unknown[0]!] : path),
        got: unknown ? unknown.join(', ') : value === undefined ? 'nothing' : JSON.stringify(value),
        expected: unknown ? `the keys of ${what}` : expectedBy(issue.message),
        fix: unknown ? 'correct the name or remove it' : 'correct it',
      }),
    );
  }
  return null;
}
