import type * as z from 'zod/mini';
import { documentFormat, type ReadOnly } from '../document';
import type { ListPlace } from '../list-slices';
import { listOf, mapOf, fields, optional, text } from '../shape';

const MiB = 1024 * 1024;
const fix = 'look at who posts here: the form is that of Alertmanager';

const alert = fields({ labels: mapOf(text, text), startsAt: optional(text), endsAt: optional(text) });

/** An alert as Prometheus posts it to POST /api/v2/alerts; unknown fields travel along. */
export type PostedAlert = ReadOnly<z.output<typeof alert>> & { readonly [field: string]: unknown };

/** All or nothing: a list with one unusable alert is refused, so that nothing is lost silently. */
export const POSTED_ALERTS = documentFormat({
  what: 'list of alerts',
  shape: listOf(alert),
  maxBytes: 32 * MiB,
  fix,
  indented: false,
});

/** GET http://node:PORTS.agent/v1/held: what the gate of a node holds. */
export const HELD_ALERTS = documentFormat({
  what: 'list of held alerts',
  shape: fields({ alerts: listOf(alert) }),
  maxBytes: 32 * MiB,
  fix: "look at the node's agent",
});

/** Where in it the alerts are. */
export const IN_HELD_ALERTS: ListPlace = { head: /^\s*\{\s*"alerts"\s*:\s*\[/, open: '{"alerts":[', close: ']}' };

const notification = fields({
  alerts: listOf(
    fields({ status: text, labels: mapOf(text, text), annotations: mapOf(text, text), startsAt: optional(text) }),
  ),
});

/** What Alertmanager posts to a webhook, as far as it is used here. */
export type Notification = ReadOnly<z.output<typeof notification>>;

export const NOTIFICATION = documentFormat({ what: 'notification', shape: notification, maxBytes: 4 * MiB, fix });
