import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { UserError } from '../../../contract/errors';
import { parseDuration } from '../../../contract/duration';
import { ENV } from '../../../contract/environment';
import { REMEDY_BUDGET_MS } from '../../../core/remedies/remedies';
import type { Remedy } from '../schema/remedies';
import type { SettingPath } from '../locate';
import type { Native } from '../native/native';
import { choiceOf } from '../problems';
import { isReserved, reservedName } from '../reserved';
import { parseYaml } from '../yaml-file';
import { rulesFile } from './rule-form';

/** What remedies can refer to. */
export interface Referred {
  readonly rules: Readonly<Record<string, string>>;
  readonly targets: Readonly<Record<string, string>>;
  /** config/prometheus.yml; null where there is none. */
  readonly native: Pick<Native, 'targets' | 'discovers'> | null;
  /** Directory that hooks' modules are found from. */
  readonly root: string;
}

/** Remedies against what they refer to: an alert or a target that does not exist would never call one. */
export function checkRemedies(
  remedies: readonly Remedy[],
  referred: Referred,
  where: (path: SettingPath) => string,
): UserError[] {
  const problems: UserError[] = [];
  const complain = (path: SettingPath, what: string, got: string, expected: string, fix: string): void =>
    void problems.push(new UserError({ what, where: where(['remedies', ...path]), got, expected, fix }));
  const alerts = alertsOf(referred.rules);
  const targets = [...targetsOf(referred.targets), ...(referred.native?.targets ?? [])];
  // What is found only where it runs may be any target.
  const anyTarget = referred.native?.discovers === true;
  remedies.forEach(({ name, when, connect, passwordSecret, hook }, i) => {
    const same = (other: string): boolean => ENV.remedyPassword(other) === ENV.remedyPassword(name);
    if (remedies.findIndex((other) => same(other.name)) < i)
      complain([i, 'name'], 'two remedies have the same name', `'${name}'`, 'a name of its own for each', 'rename one');
    if (isReserved(name)) problems.push(reservedName('a remedy', name, where(['remedies', i, 'name'])));
    const { alert, target } = when;
    if (alert === undefined && target === undefined)
      complain([i, 'when'], 'nothing would call this remedy', '{}', 'an alert, a target or both', 'add one of them');
    if (alert !== undefined && !alerts.includes(alert))
      complain(
        [i, 'when', 'alert'],
        'no rule has this alert, so nothing would call the remedy',
        `'${alert}'`,
        choiceOf(alerts, 'an alert of config/rules, where there is none'),
        'correct the name, or add the rule',
      );
    if (target !== undefined && !anyTarget && !targets.includes(target))
      complain(
        [i, 'when', 'target'],
        'this target is not scraped, so no alert can be about it',
        `'${target}'`,
        choiceOf(targets, 'a target of config/targets, where there is none'),
        'write it as in config/targets',
      );
    if (passwordSecret !== undefined && connect.kind !== 'redis')
      complain([i, 'passwordSecret'], 'only Redis is given a password', connect.kind, "kind 'redis'", 'remove it');
    if (connect.kind === 'redis' && connect.username !== undefined && passwordSecret === undefined)
      complain(
        [i, 'connect', 'username'],
        'this user would not be used: without a password nobody is authenticated',
        `'${connect.username}' and no passwordSecret`,
        'both or neither',
        'add passwordSecret, or remove username',
      );
    if (hook !== undefined && parseDuration(hook.after)! >= REMEDY_BUDGET_MS)
      complain(
        [i, 'hook', 'after'],
        'this hook would never be called: the target is given up before',
        `'${hook.after}'`,
        `less than ${REMEDY_BUDGET_MS / 1000} s, for which it is tried`,
        'call it sooner',
      );
    if (hook !== undefined && !existsSync(join(referred.root, hook.module)))
      complain(
        [i, 'hook', 'module'],
        'the module of this hook does not exist',
        `'${hook.module}'`,
        'a path that begins at the directory of package.json',
        'correct the path, or write the module',
      );
  });
  return problems;
}

/** Right where everything runs on one machine; on AWS it is the function itself, which nothing of the user's runs beside. */
export function remedyWarnings(remedies: readonly Remedy[], where: (path: SettingPath) => string): string[] {
  return remedies.flatMap(({ name, connect }, i) => {
    const host = connect.kind === 'http' ? new URL(connect.url).hostname : connect.host;
    if (!/^(127\.|(.+\.)?localhost$)/i.test(host)) return [];
    const at = where(['remedies', i, 'connect', connect.kind === 'http' ? 'url' : 'host']);
    return [`${at}: remedy ${name} connects to ${host}, which on AWS is the function that tries, and no target`];
  });
}

/** What of these files is YAML; the rest is reported elsewhere. */
function read(files: Readonly<Record<string, string>>): unknown[] {
  return Object.entries(files).map(([name, text]) => parseYaml(name, text, [])?.value);
}

function alertsOf(files: Readonly<Record<string, string>>): string[] {
  const groups = read(files).flatMap((file) => rulesFile.safeParse(file).data?.groups ?? []);
  return [...new Set(groups.flatMap(({ rules }) => rules.flatMap(({ alert }) => alert ?? [])))];
}

const targetGroups = z.array(z.object({ targets: z.array(z.unknown()).optional() }).nullable());

function targetsOf(files: Readonly<Record<string, string>>): string[] {
  const groups = read(files).flatMap((file) => targetGroups.safeParse(file).data ?? []);
  return groups.flatMap((group) => group?.targets ?? []).filter((target) => typeof target === 'string');
}
