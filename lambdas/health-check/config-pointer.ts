import { reasonOf } from '../../lib/shell/probes/prober';
import type { ControlStore } from '../../lib/shell/assignment/store';
import { SCHEDULE_EVENT } from '../../lib/contract/documents/events';
import type { ConfigPointer } from '../../lib/contract/documents/config';
import { log } from '../shared/log';

/** The schedule's constant input carries the configuration that was deployed last. Null for any other event. */
export function readSchedule(event: unknown): ConfigPointer | null {
  try {
    return SCHEDULE_EVENT.check(event, 'event').config ?? null;
  } catch (error) {
    log('warn', 'event-without-configuration', { error: reasonOf(error) });
    return null;
  }
}

/** The pointer that this execution environment wrote or found last. */
let inPlace: string | undefined;

/** Hands the deployed configuration on to the nodes, through the one bucket they all can reach. Never rejects. */
export async function syncConfigPointer(
  pointer: ConfigPointer,
  store: Pick<ControlStore, 'readConfigPointer' | 'writeConfigPointer'>,
): Promise<void> {
  if (inPlace === pointer.hash) return;
  try {
    const current = await store.readConfigPointer();
    if (current?.hash !== pointer.hash || current.key !== pointer.key || current.bucket !== pointer.bucket) {
      await store.writeConfigPointer(pointer);
      log('info', 'config-pointer-written', { ...pointer });
    }
    inPlace = pointer.hash;
  } catch (error) {
    log('warn', 'config-pointer-not-written', { error: reasonOf(error), hash: pointer.hash });
  }
}
