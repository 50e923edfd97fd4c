import { z } from 'zod';
import { parseDuration } from '../../../contract/duration';
import { UserError } from '../../../contract/errors';
import { endsWaitMs, PEER_TIMEOUT_MS } from '../../../core/alerts/owed';
import { OWN_RECEIVERS } from '../../../core/rendering/render-alertmanager';
import { hint } from '../../../contract/nearest';
import { filesNotOnNodes } from './files-on-nodes';
import { refuseAlertmanagerSecrets } from '../secrets/alertmanager';
import type { Cluster } from '../cluster';
import { choiceOf } from '../problems';
import { checkShape } from './shape';
import { parseYaml } from '../yaml-file';

/** Of the format only what must hold together: amtool knows the rest. */
interface Route {
  readonly receiver?: string;
  readonly group_interval?: unknown;
  readonly routes?: readonly (Route | null)[];
}
const route: z.ZodType<Route> = z.lazy(() =>
  z.looseObject(
    {
      receiver: z.string({ error: "a receiver's name" }).optional(),
      routes: z.array(route.nullable(), { error: 'a list of routes' }).optional(),
    },
    { error: 'a route: receiver, matchers, routes' },
  ),
);
const any = z.unknown().optional();
const config = z.strictObject(
  {
    global: any,
    route: z.looseObject(
      {
        receiver: z.string({ error: "the root route's receiver: a name" }),
        routes: z.array(route.nullable(), { error: 'a list of routes' }).optional(),
      },
      { error: 'route: { receiver: NAME }' },
    ),
    receivers: z
      .array(z.looseObject({ name: z.string({ error: 'a name' }) }, { error: '{ name: … } and what it sends to' }), {
        error: 'a list of receivers',
      })
      .default([]),
    inhibit_rules: any,
    templates: z.array(z.string({ error: 'a path' }), { error: 'a list of paths' }).optional(),
    mute_time_intervals: any,
    time_intervals: any,
    tracing: any,
    event_recorder: any,
  },
  { error: 'route and receivers' },
);

/** What there is to say about Alertmanager's configuration. */
export interface AlertmanagerVerdict {
  /** What Alertmanager would refuse, as far as this program can tell; amtool knows better where it is. */
  readonly form: readonly UserError[];
  /** What does not go together with the cluster, though Alertmanager takes it. */
  readonly clashes: readonly UserError[];
  /** Files that it names and that are not in config/. */
  readonly elsewhere: readonly UserError[];
  readonly warnings: readonly string[];
}

export function checkAlertmanager(
  file: string,
  text: string,
  isDeclared: (name: string) => boolean = () => false,
  cluster: Pick<Cluster, 'nodes' | 'shards'> | null = null,
): AlertmanagerVerdict {
  const form: UserError[] = [];
  const clashes: UserError[] = [];
  refuseAlertmanagerSecrets(file, text, isDeclared, { problems: clashes, warnings: [] });
  const yaml = parseYaml(file, text, form);
  const parsed = yaml && checkShape(yaml, config, "Alertmanager's configuration", form);
  if (!yaml || !parsed) return { form, clashes, elsewhere: [], warnings: [] };
  const names = parsed.receivers.map(({ name }) => name);
  const used = new Set<string | undefined>();
  const members = cluster === null ? 1 : cluster.nodes.length * cluster.shards;
  const hasty: string[] = [];
  const problem = (
    name: string,
    path: readonly (string | number)[],
    said: Pick<UserError['problem'], 'what' | 'expected' | 'fix'>,
  ): UserError => new UserError({ ...said, where: yaml.where(path), got: `'${name}'` });
  names.forEach((name, i) => {
    const path = ['receivers', i, 'name'];
    if (names.indexOf(name) < i) {
      const said = { what: 'two receivers have the same name', expected: 'each once', fix: 'rename one of them' };
      form.push(problem(name, path, said));
    }
    if (name.startsWith(OWN_RECEIVERS)) {
      const said = {
        what: "this receiver's name is one of the nodes' own",
        expected: `a name that does not begin with ${OWN_RECEIVERS}`,
        fix: 'rename it',
      };
      clashes.push(problem(name, path, said));
    }
  });
  const visit = (one: Route | null, path: (string | number)[]): void => {
    used.add(one?.receiver);
    hasty.push(...tooShort(one?.group_interval, members, () => yaml.where([...path, 'group_interval'])));
    if (one?.receiver !== undefined && !names.includes(one.receiver)) {
      const said = {
        what: 'a route leads to a receiver that does not exist',
        expected: choiceOf(names, 'a receiver, and there is none'),
        fix: `correct the name, or add the receiver${hint(one.receiver, names)}`,
      };
      form.push(problem(one.receiver, [...path, 'receiver'], said));
    }
    one?.routes?.forEach((child, i) => visit(child, [...path, 'routes', i]));
  };
  visit(parsed.route, ['route']);
  const idle = names.flatMap((name, i) =>
    used.has(name)
      ? []
      : [`${yaml.where(['receivers', i, 'name'])}: no route leads to the receiver '${name}': it is never notified`],
  );
  return { form, clashes, elsewhere: filesNotOnNodes(yaml, isDeclared), warnings: [...idle, ...hasty] };
}

/** A group that is looked at more often than the last Alertmanager waits for the others. */
function tooShort(groupInterval: unknown, members: number, where: () => string): string[] {
  const waitMs = endsWaitMs(0, members, PEER_TIMEOUT_MS);
  const ms = typeof groupInterval === 'string' ? parseDuration(groupInterval) : null;
  if (ms === null || ms >= waitMs) return [];
  return [
    `${where()}: group_interval ${String(groupInterval)} is shorter than the last of ${members} Alertmanagers waits for the others (${waitMs / 1000} s): now and then an end is notified twice; ${Math.ceil(waitMs / 1000)}s or more is safe`,
  ];
}
