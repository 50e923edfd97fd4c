import type { AuditInput, AuditTarget, View } from '../../core/audit/audit';
import { extendTrack, usualInterval, type Track } from '../../core/audit/track';
import { jobKey, type AuditSource } from './source';

/** So much is asked for at once: answers stay small enough for every Prometheus. */
const CHUNK_MS = 5 * 60_000;
/** A clock that is off by less disturbs nobody. */
const TOLERATED_OFFSET_MS = 500;
const UNKNOWN_INTERVAL_MS = 15_000;

export interface Collected extends AuditInput {
  /** Parts that could not be looked at, one sentence each. */
  readonly unseen: readonly string[];
}

/** Reads what the audit compares. Never rejects: a source that does not answer is named in `unseen` and left out. */
export async function collect(
  replicas: readonly AuditSource[],
  thanos: AuditSource | null,
  from: number,
  to: number,
  /** Told after each answer how much of all is read, 0 to 1; 1 at the end, whatever failed. */
  onProgress: (share: number) => void = () => undefined,
): Promise<Collected> {
  const notes: string[] = [];
  const unseen: string[] = [];
  const intervals = new Map<string, number>();
  const targets = new Map<string, AuditTarget>();

  const asked = await Promise.all(
    replicas.map(async (source) => {
      try {
        const offsetMs = await source.clockOffsetMs();
        const [known, older, keptMs] = await Promise.all([
          source.intervals(),
          source.hasBefore(from + offsetMs),
          source.retentionMs(),
        ]);
        for (const [key, ms] of known) intervals.set(key, ms);
        return { source, offsetMs, older, keepsSince: keptMs === null ? from : to - keptMs };
      } catch (error) {
        unseen.push(`Not looked at: ${(error as Error).message}.`);
        return null;
      }
    }),
  );
  const answering = asked.filter((a) => a !== null);
  for (const { source, offsetMs } of answering) {
    if (Math.abs(offsetMs) < TOLERATED_OFFSET_MS) continue;
    const off = `${(Math.abs(offsetMs) / 1000).toFixed(1)} s ${offsetMs > 0 ? 'ahead' : 'behind'}`;
    notes.push(`The clock of ${source.name} is ${off}: its times are told in the clock of this machine.`);
  }

  // Its samples are stamped by the replicas. Where these disagree with each other one of them is wrong; where they agree
  // against this machine, this machine is, and without this the last seconds would look like gaps.
  const thanosOffsetMs = answering.map((a) => a.offsetMs).sort((a, b) => Math.abs(a) - Math.abs(b))[0] ?? 0;
  // Nodes delete what is older than their own retention, and lose all with their volumes.
  const thanosOlder = (await thanos?.hasBefore(from + thanosOffsetMs).catch(() => false)) ?? false;

  for (const { source, keepsSince } of answering) {
    if (keepsSince <= from) continue;
    const since = new Date(keepsSince).toISOString();
    notes.push(`${source.name} keeps samples since ${since} only: older ones are not missed in it.`);
  }

  const chunks = Math.ceil((to - from) / CHUNK_MS) * (answering.length + (thanos === null ? 0 : 1));
  let chunksRead = 0;
  const read = async (source: AuditSource, offsetMs: number, keepsSince?: number): Promise<View | null> => {
    const tracks = new Map<string, Track>();
    try {
      for (let start = from; start < to; start += CHUNK_MS) {
        const end = Math.min(start + CHUNK_MS, to);
        for (const { key, job, instance, samples } of await source.chunk(start + offsetMs, end + offsetMs)) {
          const intervalMs =
            targets.get(key)?.intervalMs ??
            intervals.get(key) ??
            intervals.get(jobKey(job)) ??
            usualInterval(samples) ??
            UNKNOWN_INTERVAL_MS;
          targets.set(key, { key, job, instance, intervalMs });
          const track = extendTrack(tracks.get(key) ?? null, samples, intervalMs, offsetMs);
          if (track !== null) tracks.set(key, track);
        }
        chunksRead += 1;
        onProgress(chunksRead / chunks);
      }
    } catch (error) {
      unseen.push(`Not looked at: ${(error as Error).message}.`);
      return null;
    }
    for (const warning of source.warnings) unseen.push(`${source.name} answered in part only: ${warning}.`);
    return { name: source.name, tracks, ...(keepsSince === undefined ? {} : { keepsSince }) };
  };
  const [views, thanosView] = await Promise.all([
    Promise.all(answering.map(({ source, offsetMs, keepsSince }) => read(source, offsetMs, keepsSince))),
    thanos === null ? null : read(thanos, thanosOffsetMs),
  ]);
  onProgress(1);
  const seen = views.filter((view) => view !== null);
  return {
    from,
    to,
    targets: [...targets.values()],
    replicas: seen,
    unseenReplicas: replicas.map(({ name }) => name).filter((name) => !seen.some((view) => view.name === name)),
    thanos: thanosView,
    olderData: thanosOlder || answering.some((a) => a.older),
    notes,
    unseen,
  };
}
