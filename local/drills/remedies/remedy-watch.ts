import type * as z from 'zod/mini';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ReadOnly } from '../../../lib/contract/document';
import { FUNCTIONS } from '../../../lib/contract/functions';
import type { Instrument, Moments } from '../instrument';
import { readNotifications, NOTIFICATION_SOURCES, type SentAlert } from '../judge/notifications';
import type { Measurements } from '../../../lib/contract/check';
import { ownDocument } from '../../../lib/shell/local/own-document';
import { fields, optional, text, time } from '../../../lib/contract/shape';

const line = fields({
  /** ISO 8601; of an attempt, when it ended. */
  at: time,
  event: text,
  /** Whose it is; users' own remedies may be called too. */
  remedy: optional(text),
  because: optional(text),
  saw: optional(text),
});
/** A log line of reconnect-redis. */
export type RemedyLine = ReadOnly<z.output<typeof line>>;
const LINE = ownDocument('log line of reconnect-redis', line);

/** What was done about a target that was down, as the function that did it logged it. */
export const remedyWatch =
  (alert: string, remedy: string): Instrument =>
  (world) => ({
    async finish(moments) {
      const file = join(world.state.dir, 'logs', `${FUNCTIONS.reconnectRedis(world.state.cluster)}.jsonl`);
      const lines = existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
      const logged = lines.map((text) => LINE.parse(text, file));
      const sent = readNotifications(world.state.pages).filter(
        (t) => t.name === alert && t.source === NOTIFICATION_SOURCES.system,
      );
      const since = logged.filter((l) => l.remedy === remedy && new Date(l.at).getTime() >= moments.struckAt);
      return {
        measurements: remedyTimes(since, sent, moments),
        findings: since.filter(({ event }) => /reconnected|give-up/.test(event)).map(({ because }) => because ?? ''),
      };
    },
  });

/** Seconds from the fault to the page and the first attempt, and from its end to the reconnection. */
export function remedyTimes(
  logged: readonly RemedyLine[],
  sent: readonly SentAlert[],
  { struckAt, undoneAt }: Pick<Moments, 'struckAt' | 'undoneAt'>,
): Measurements {
  const after = (from: number, at: number | undefined): number | null =>
    at === undefined ? null : Math.round((at - from) / 10) / 100;
  const firstOf = (event: string): number | undefined => {
    const line = logged.find((l) => l.event === event);
    return line && new Date(line.at).getTime();
  };
  const firing = sent.find((t) => t.status === 'firing' && t.receivedAt >= struckAt);
  const ended = logged.filter((l) => l.event === 'remedy-reconnected' || l.event === 'remedy-give-up');
  return {
    paged: after(struckAt, firing?.receivedAt),
    firstAttempt: after(struckAt, firstOf('remedy-attempt')),
    attempts: logged.filter((l) => l.event === 'remedy-attempt').length,
    reconnected: after(undoneAt, firstOf('remedy-reconnected')),
    // Both nodes' Alertmanagers may call; one call tries, once.
    remedyRuns: ended.length,
  };
}
