import { z } from 'zod';
import { UserError } from '../../../contract/errors';
import { OWN_RECEIVERS } from '../../../core/rendering/render-alertmanager';
import { choiceOf } from '../problems';
import { checkShape } from './shape';
import { parseYaml } from '../yaml-file';

/** Of the format only what must hold together; `amtool` checks the rest on every node before it is loaded. */
interface Route {
  readonly receiver?: string;
  readonly routes?: readonly Route[];
}
const route: z.ZodType<Route> = z.lazy(() =>
  z.looseObject({
    receiver: z.string({ error: "a receiver's name" }).optional(),
    routes: z.array(route, { error: 'a list of routes' }).optional(),
  }),
);
const config = z.strictObject({
  global: z.looseObject({}).optional(),
  route: z.looseObject({
    receiver: z.string({ error: "the root route's receiver: a name" }),
    routes: z.array(route, { error: 'a list of routes' }).optional(),
  }),
  receivers: z.array(z.looseObject({ name: z.string({ error: 'a name' }) }), { error: 'a list of receivers' }),
  inhibit_rules: z.array(z.looseObject({})).optional(),
  templates: z.array(z.string()).max(0, 'no template files: only alertmanager.yml is carried to the nodes').optional(),
  mute_time_intervals: z.array(z.looseObject({})).optional(),
  time_intervals: z.array(z.looseObject({})).optional(),
  tracing: z.looseObject({}).optional(),
});

export function checkAlertmanager(file: string, text: string): UserError[] {
  const problems: UserError[] = [];
  const yaml = parseYaml(file, text, problems);
  const parsed = yaml && checkShape(yaml, config, "Alertmanager's configuration", problems);
  if (!yaml || !parsed) return problems;
  const names = parsed.receivers.map(({ name }) => name);
  const complain = (
    name: string,
    path: readonly (string | number)[],
    problem: Pick<UserError['problem'], 'what' | 'expected' | 'fix'>,
  ): void => void problems.push(new UserError({ ...problem, where: yaml.where(path), got: `'${name}'` }));
  names.forEach((name, i) => {
    if (names.indexOf(name) === i) return;
    complain(name, ['receivers', i, 'name'], {
      what: 'two receivers have the same name',
      expected: 'each once',
      fix: 'rename one of them',
    });
  });
  names.forEach((name, i) => {
    if (!name.startsWith(OWN_RECEIVERS)) return;
    complain(name, ['receivers', i, 'name'], {
      what: "this receiver's name is one of the nodes' own",
      expected: `a name that does not begin with ${OWN_RECEIVERS}`,
      fix: 'rename it',
    });
  });
  const visit = (one: Route, path: (string | number)[]): void => {
    if (one.receiver !== undefined) {
      if (!names.includes(one.receiver)) {
        complain(one.receiver, [...path, 'receiver'], {
          what: 'a route leads to a receiver that does not exist',
          expected: choiceOf(names, 'a receiver, and there is none'),
          fix: 'correct the name, or add the receiver',
        });
      }
    }
    one.routes?.forEach((child, i) => visit(child, [...path, 'routes', i]));
  };
  visit(parsed.route, ['route']);
  return problems;
}

/** Receivers that no route leads to, of a file that was found sound; Alertmanager takes them. */
export function alertmanagerWarnings(file: string, text: string): string[] {
  const yaml = parseYaml(file, text, []);
  const parsed = yaml && checkShape(yaml, config, "Alertmanager's configuration", []);
  if (!yaml || !parsed) return [];
  const used = new Set<string | undefined>();
  const visit = (one: Route): void => {
    used.add(one.receiver);
    one.routes?.forEach(visit);
  };
  visit(parsed.route);
  return parsed.receivers.flatMap(({ name }, i) =>
    used.has(name)
      ? []
      : [`${yaml.where(['receivers', i, 'name'])}: no route leads to the receiver '${name}': it is never notified`],
  );
}
