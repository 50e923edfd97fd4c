import { stringify } from 'yaml';
import { AS_WRITTEN, valueAsWritten } from '../../../core/rendering/as-written';
import { DEMO_LABEL } from '../reserved';
import type { Overlay } from './overlay';

/** Of Alertmanager's configuration what is looked at here; it was found sound. */
interface Alertmanager {
  readonly global?: { readonly resolve_timeout?: string };
  readonly route: { readonly routes?: readonly unknown[] } & Readonly<Record<string, unknown>>;
  readonly receivers: readonly ({ readonly name: string } & Readonly<Record<string, unknown>>)[];
  readonly inhibit_rules?: readonly (Readonly<Record<string, unknown>> & { readonly target_matchers?: unknown[] })[];
  readonly mute_time_intervals?: unknown;
  readonly time_intervals?: unknown;
}

/** Keys of a receiver beside its integrations. */
const NO_INTEGRATION = ['name', 'labels'];
const IS_INTEGRATION = /_configs$/;

/**
 * The same routes, and every receiver with anything to send leads to one webhook. Built from what is known to be harmless:
 * integrations, credentials, proxies, templates, tracing, and whatever a later version adds, do not get in.
 */
export function containReceivers(text: string, url: string): { readonly text: string; readonly names: string[] } {
  const { global, route, receivers, inhibit_rules, mute_time_intervals, time_intervals } = valueAsWritten(
    text,
  ) as Alertmanager;
  const sends = (receiver: Alertmanager['receivers'][number]): boolean =>
    Object.keys(receiver).some((key) => !NO_INTEGRATION.includes(key) && IS_INTEGRATION.test(key));
  const contained = receivers.map((receiver) =>
    sends(receiver) ? webhookReceiver(receiver.name, url) : { name: receiver.name },
  );
  const harmless = {
    ...(global?.resolve_timeout === undefined ? {} : { global: { resolve_timeout: global.resolve_timeout } }),
    route,
    receivers: contained,
    inhibit_rules,
    mute_time_intervals,
    time_intervals,
  };
  const names = receivers.filter(sends).map(({ name }) => name);
  return { text: stringify(withoutUndefined(harmless), PLAIN), names };
}

/** Alerts of the overlay go their own way first, whatever the user's routes, groups and inhibitions are. */
export function addRoutes(text: string, routes: Overlay['routes']): string {
  if (routes.length === 0) return text;
  const config = valueAsWritten(text) as Alertmanager;
  const own = routes.map(({ matcher, receiver }) => ({
    receiver,
    matchers: [matcher],
    group_by: ['alertname', 'cluster', 'job'],
    group_wait: '1s',
    group_interval: '5s',
    repeat_interval: '4h',
  }));
  const receivers = [
    ...new Map(routes.map(({ receiver, url }) => [receiver, webhookReceiver(receiver, url)])).values(),
  ];
  return stringify(
    withoutUndefined({
      ...config,
      route: { ...config.route, routes: [...own, ...(config.route.routes ?? [])] },
      receivers: [...config.receivers, ...receivers],
      inhibit_rules: config.inhibit_rules?.map((rule) => ({
        ...rule,
        target_matchers: [...(rule.target_matchers ?? []), `${DEMO_LABEL}=""`],
      })),
    }),
    PLAIN,
  );
}

const webhookReceiver = (name: string, url: string): object => ({
  name,
  webhook_configs: [{ url, send_resolved: 'true' }],
});

const withoutUndefined = (value: object): object =>
  Object.fromEntries(Object.entries(value).filter(([, v]) => v !== undefined));

/** Values as they are written, long expressions on one line; a part that stands twice is written twice. */
const PLAIN = { ...AS_WRITTEN, lineWidth: 0, aliasDuplicateObjects: false };
