import { HEARTBEAT } from '../../lib/contract/documents/announcement';
import { SCHEDULE_EVENT } from '../../lib/contract/documents/events';
import type { Policy } from '../../lib/contract/documents/policy';
import type { ControlStore } from '../../lib/shell/assignment/store';
import { reasonOf } from '../../lib/shell/probes/prober';
import { alarmEventOf } from './alarm-event';
import { log } from './log';

/** What standing in needs of the outside world. */
interface StandInDeps {
  readonly store: Pick<ControlStore, 'readHeartbeat'>;
  readonly policy: Pick<Policy, 'heartbeatStaleMs'>;
  readonly now: () => number;
}

/**
 * Whether a function that health-check calls when something is wrong has to look by itself: health-check is silent, and an
 * alarm or the function's own schedule called. Asked after each look, so that it ends when health-check is back.
 */
export function standIn(event: unknown, { store, policy, now }: StandInDeps): () => Promise<boolean> {
  if (!SCHEDULE_EVENT.is(event) && alarmEventOf(event)?.state !== 'ALARM') return async () => false;
  let stands = false;
  return async () => {
    try {
      const silent = isStale(await store.readHeartbeat(), policy, now());
      if (silent !== stands) log('warn', silent ? 'stands-in' : 'stands-in-no-more', { for: 'health-check' });
      stands = silent;
    } catch (error) {
      log('warn', 'heartbeat-not-read', { error: reasonOf(error), stands });
    }
    return stands;
  };
}

/** @param text of the heartbeat; null: there never was one */
function isStale(text: string | null, { heartbeatStaleMs }: Pick<Policy, 'heartbeatStaleMs'>, now: number): boolean {
  return text === null || now - Date.parse(HEARTBEAT.parse(text, 'heartbeat').at) > heartbeatStaleMs;
}
