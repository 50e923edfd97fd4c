import type { RemedyRecord } from '../../contract/documents/remedy';

/** How long a call that died holds up the next one. */
export const LEASE_MS = 30_000;
/** Renewed well before it ends, though a write may have to wait for its time-out. */
export const RENEW_MS = 10_000;

/** The record with which `holder` takes or renews the lease; null when another call that lives has it. */
export function withLease(
  before: RemedyRecord | null,
  name: string,
  holder: string,
  startedAt: number,
  now: number,
): RemedyRecord | null {
  const other = before !== null && before.holder !== null && before.holder !== holder;
  if (other && Date.parse(before.until) > now) return null;
  return {
    ...before,
    version: 1,
    name,
    holder,
    until: new Date(now + LEASE_MS).toISOString(),
    startedAt: new Date(startedAt).toISOString(),
    outcome: before?.outcome ?? null,
  };
}

/** The record with which a call ends. */
export function withOutcome(record: RemedyRecord, reconnected: boolean, because: string, now: number): RemedyRecord {
  const at = new Date(now).toISOString();
  return { ...record, holder: null, until: at, outcome: { at, reconnected, because } };
}

/** For a person: who tries, or what came of it last. A lease that ran out was held by a call that died. */
export function remedyLine({ name, holder, until, startedAt, outcome }: RemedyRecord, now: number): string {
  if (holder !== null && Date.parse(until) > now) return `Remedy ${name}: trying to reconnect since ${startedAt}.`;
  return outcome === null
    ? `Remedy ${name}: the call of ${startedAt} did not come to its end.`
    : `Remedy ${name}, at ${outcome.at}: ${outcome.because}`;
}
