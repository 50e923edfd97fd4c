import { isMap, YAMLMap, YAMLSeq, type Document } from 'yaml';
import { UserError } from '../../contract/errors';
import type { RemedyTrigger } from '../../contract/documents/config';
import { SHARD_LABEL } from '../../contract/labels';
import { PORTS } from '../../contract/ports';
import { WATCHDOG, WATCHDOG_INTERVAL_MS } from '../alerts/watchdog';
import { documentAsWritten } from './as-written';

/** The agent's own webhooks, as its Alertmanager reaches them. */
export interface Webhooks {
  readonly address: string;
  /** File with the token that they ask for. */
  readonly tokenFile: string;
}

/** Receivers of ours begin so; the user's must not. */
export const OWN_RECEIVERS = 'prometheus-ha-';

/** Path of the dead man's switch on PORTS.webhooks. */
export const WATCHDOG_PATH = '/v1/watchdog';
/** Path of a remedy's webhook. */
export const remedyPath = (name: string): string => `/v1/remedies/${name}`;

/**
 * The user's configuration with our own routes in front. The user's routes move one level down, under a route that
 * matches everything: a child that matches keeps an alert from its parent's receiver, and the root must not lose any.
 * Values stay as they are written, in theirs and in ours: all are texts here.
 */
export function renderAlertmanager(text: string, hooks: Webhooks, remedies: readonly RemedyTrigger[]): string {
  const document = documentAsWritten(text);
  const root = document.get('route');
  if (document.errors.length > 0 || !isMap(root)) throw unreadable(document.errors[0]?.message ?? text.slice(0, 80));
  try {
    return withOwn(document, root, hooks, remedies);
  } catch (error) {
    // Found out only when something is put into it, or when it is written: a key without a value, an alias without an anchor.
    throw unreadable((error as Error).message);
  }
}

function withOwn(
  document: Document.Parsed,
  root: YAMLMap,
  hooks: Webhooks,
  remedies: readonly RemedyTrigger[],
): string {
  const users = new YAMLMap();
  const routes = root.get('routes', true);
  if (routes !== undefined) users.set('routes', routes);
  const own = [watchdogRoute(), ...remedies.map(remedyRoute)].map((route) => document.createNode(route));
  root.set('routes', sequence([...own, users]));
  add(document, 'receivers', receiver('watchdog', WATCHDOG_PATH, hooks));
  for (const { name } of remedies) add(document, 'receivers', receiver(`remedy-${name}`, remedyPath(name), hooks));
  return document.toString({ lineWidth: 0 });
}

const unreadable = (got: string): UserError =>
  new UserError({
    what: "Alertmanager's configuration cannot be read",
    where: 'config/alertmanager.yml',
    got,
    expected: 'a document with a route',
    fix: 'correct it; `npx cdk synth` names the line',
  });

function watchdogRoute(): object {
  return {
    receiver: `${OWN_RECEIVERS}watchdog`,
    matchers: [`alertname="${WATCHDOG.alert}"`, `${WATCHDOG.label.name}="${WATCHDOG.label.value}"`],
    // Each shard's comes on its own.
    group_by: ['alertname', SHARD_LABEL],
    group_wait: '0s',
    group_interval: `${WATCHDOG_INTERVAL_MS / 1000}s`,
    // Anything below group_interval: sent at every turn of the group.
    repeat_interval: `${WATCHDOG_INTERVAL_MS / 2000}s`,
  };
}

/** At once, and whoever is to be paged is paged too. Again while the alert lasts, when the attempts must have ended. */
function remedyRoute({ name, alert, target }: RemedyTrigger): object {
  const equals = (label: string, value: string | undefined): string[] =>
    value === undefined ? [] : [`${label}=${JSON.stringify(value)}`];
  return {
    receiver: `${OWN_RECEIVERS}remedy-${name}`,
    matchers: [...equals('alertname', alert), ...equals('instance', target)],
    continue: 'true',
    group_by: ['alertname'],
    group_wait: '0s',
    // More than the time-out of Alertmanager's peers (PEER_TIMEOUT_MS); this is also how soon a call that failed is repeated.
    group_interval: '5s',
    repeat_interval: '5m',
  };
}

function receiver(name: string, path: string, { address, tokenFile }: Webhooks): object {
  return {
    name: `${OWN_RECEIVERS}${name}`,
    webhook_configs: [
      {
        url: `http://${address}:${PORTS.webhooks}${path}`,
        send_resolved: 'false',
        // The token is for nobody else.
        http_config: { authorization: { type: 'Bearer', credentials_file: tokenFile }, follow_redirects: 'false' },
      },
    ],
  };
}

function sequence(items: readonly unknown[]): YAMLSeq {
  const made = new YAMLSeq();
  made.items.push(...items);
  return made;
}

function add(document: Document.Parsed, key: string, value: object): void {
  document.addIn([key], document.createNode(value));
}
