import type * as z from 'zod/mini';
import type { ReadOnly } from '../../../lib/contract/document';
import { readFileSync } from 'node:fs';
import { fingerprint } from '../../../lib/core/alerts/gate';
import { DEMO_LABEL } from '../../../lib/infra/config/reserved';
import { EXTERNAL_LABELS } from '../../../lib/contract/labels';
import { ownDocument } from '../../../lib/shell/local/own-document';
import { fields, listOf, mapOf, oneOf, text, time } from '../../../lib/contract/shape';

/** Who sends to the pager: the last part of its webhook's path. */
export const NOTIFICATION_SOURCES = { system: 'default', oracle: 'oracle', plain: 'plain' } as const;

/** Two nodes may say that the same one began this much apart. */
const ANEW_MS = 5_000;

/** What one notification said of one alert. */
export interface SentAlert {
  /** One of SOURCES. */
  readonly source: string;
  /** host:port of the Alertmanager that sent it, as it names itself. */
  readonly sender: string;
  /** When the pager got it, ms since the Unix epoch. */
  readonly receivedAt: number;
  /** Labels without the replica's. */
  readonly alert: string;
  readonly name: string;
  /** Whether it is one of the demonstration's, which drills and the local run add to the user's. */
  readonly demo: boolean;
  readonly status: 'firing' | 'resolved';
  /** As the alert says, ms since the Unix epoch; endsAt only of resolved ones. */
  readonly startsAt: number;
  readonly endsAt: number | null;
}

const page = fields({
  receivedAt: time,
  source: text,
  payload: fields({
    externalURL: text,
    alerts: listOf(
      fields({ status: oneOf('firing', 'resolved'), labels: mapOf(text, text), startsAt: time, endsAt: time }),
    ),
  }),
});
/** A line of the pager's file: an Alertmanager webhook as it came. */
type Page = ReadOnly<z.output<typeof page>>;
const PAGE = ownDocument('notification', page);

export const isDemo = (sent: SentAlert): boolean => sent.demo;

/** All that the pager was notified, in order of receipt. */
export function readNotifications(file: string): SentAlert[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []; // nothing was ever sent
    throw error;
  }
  return parseNotifications(text);
}

/**
 * A notification repeats every alert of its group. One that brings news of some alert notifies nothing of the others,
 * and only what it notifies is returned; one without any news is a duplicate of all its alerts, and all are.
 * The last line may be half written: it is left out.
 */
export function parseNotifications(text: string): SentAlert[] {
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  const lastSent = new Map<string, SentAlert>();
  return whole
    .split('\n')
    .filter((line) => line !== '')
    .flatMap((line) => {
      const sent = sentBy(PAGE.parse(line, 'the pager'));
      const keyOf = (t: SentAlert): string => `${t.source} ${t.alert}`;
      const news = sent.filter((t) => isNews(t, lastSent.get(keyOf(t))));
      for (const t of sent) lastSent.set(keyOf(t), t);
      return news.length > 0 ? news : sent;
    });
}

/** One that began anew is news, also when nobody was told that the one before had ended. */
const isNews = (t: SentAlert, last: SentAlert | undefined): boolean =>
  last === undefined || last.status !== t.status || t.startsAt - last.startsAt > ANEW_MS;

function sentBy({ receivedAt, source, payload }: Page): SentAlert[] {
  return payload.alerts.map((alert) => ({
    source,
    sender: new URL(payload.externalURL).host,
    receivedAt: Date.parse(receivedAt),
    alert: identity(alert.labels),
    name: alert.labels.alertname ?? '?',
    demo: DEMO_LABEL in alert.labels,
    status: alert.status,
    startsAt: Date.parse(alert.startsAt),
    endsAt: alert.status === 'resolved' ? Date.parse(alert.endsAt) : null,
  }));
}

function identity(labels: Readonly<Record<string, string>>): string {
  return fingerprint(Object.fromEntries(Object.entries(labels).filter(([name]) => name !== EXTERNAL_LABELS.replica)));
}
