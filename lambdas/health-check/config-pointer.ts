import { reasonOf } from '../../lib/shell/probes/prober';
import type { ControlStore } from '../../lib/shell/assignment/store';
import { swappablePointer } from '../../lib/shell/assignment/swappable';
import { updateByCas } from '../../lib/shell/assignment/update-by-cas';
import { SCHEDULE_EVENT } from '../../lib/contract/documents/events';
import { nextPointer, type CarriedPointer } from '../../lib/core/rendering/config-pointer';
import { log } from '../shared/log';

/** The schedule's input carries the configuration that was deployed last. Null for any other event. */
export function readSchedule(event: unknown): CarriedPointer | null {
  try {
    const { config, time } = SCHEDULE_EVENT.check(event, 'event');
    return config === undefined ? null : { pointer: config, at: time === undefined ? null : Date.parse(time) };
  } catch (error) {
    log('warn', 'event-without-configuration', { error: reasonOf(error) });
    return null;
  }
}

/** What this execution environment wrote, found or let be last: the hash and when it was carried. */
let settled: string | undefined;
const MOST_LOST = 3;

/** Hands the deployed configuration on to the nodes, through the one bucket they all can reach. Never rejects. */
export async function syncConfigPointer(
  carried: CarriedPointer,
  store: Pick<ControlStore, 'readConfigPointer' | 'writeConfigPointer'>,
  now: number,
): Promise<void> {
  const { hash } = carried.pointer;
  const one = `${hash} ${carried.at}`;
  if (settled === one) return;
  try {
    const outcome = await updateByCas(
      swappablePointer(store),
      (current) => {
        const { next, because } = nextPointer(current, carried, now);
        return next === null ? { kind: 'done', result: because } : { kind: 'write', next, result: because };
      },
      { mostLost: MOST_LOST },
    );
    // Somebody else writes: the next turn looks again.
    if (outcome.kind === 'lost') return;
    settled = one;
    if (outcome.kind === 'written')
      log('info', 'config-pointer-written', { ...carried.pointer, because: outcome.result });
    else if (outcome.result !== null) log('warn', 'config-pointer-kept', { hash, because: outcome.result });
  } catch (error) {
    log('warn', 'config-pointer-not-written', { error: reasonOf(error), hash });
  }
}
