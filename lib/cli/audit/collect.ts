import type { AuditInput, AuditTarget, View } from '../../core/audit/audit-report';
import { extendTrack, usualInterval, type Track, type UpSample } from '../../core/audit/track';
import { jobKey, type AuditSource, type Rhythm } from './source';

/** So much is asked for at once: answers stay small enough for every Prometheus. */
const CHUNK_MS = 5 * 60_000;
/** A clock that is off by less disturbs nobody. */
const TOLERATED_OFFSET_MS = 500;
const UNKNOWN_INTERVAL_MS = 15_000;

export interface Collected extends AuditInput {
  /** Parts that could not be looked at, one sentence each. */
  readonly unseen: readonly string[];
}

/** A replica that answers, and what is known of it beforehand. */
interface Answering {
  readonly source: AuditSource;
  readonly offsetMs: number;
  /** It has samples from before the time that is audited. */
  readonly older: boolean;
  /** Unix milliseconds. */
  readonly keepsSince: number;
  /** By target and by job. */
  readonly rhythms: ReadonlyMap<string, Rhythm>;
}

/** Reads what the audit compares. Never rejects: a source that does not answer is named in `unseen` and left out. */
export async function collect(
  replicas: readonly AuditSource[],
  thanos: AuditSource | null,
  from: number,
  to: number,
  /** Called after each answer how much of all is read, 0 to 1; 1 at the end, whatever failed. */
  onProgress: (share: number) => void = () => undefined,
): Promise<Collected> {
  const unseen: string[] = [];
  const asked = await Promise.all(replicas.map((source) => ask(source, from, to, unseen)));
  const answering = asked.filter((a) => a !== null);

  // Its samples are stamped by the replicas. Where these disagree with each other one of them is wrong; where they agree
  // against this machine, this machine is, and without this the last seconds would look like gaps.
  const thanosOffsetMs = answering.map((a) => a.offsetMs).sort((a, b) => Math.abs(a) - Math.abs(b))[0] ?? 0;
  // Nodes delete what is older than their own retention, and lose all with their volumes.
  const thanosOlder = (await thanos?.hasBefore(from + thanosOffsetMs).catch(() => false)) ?? false;

  const chunks = Math.ceil((to - from) / CHUNK_MS) * (answering.length + (thanos === null ? 0 : 1));
  let chunksRead = 0;
  const reader = new Reader(from, to, new Map(answering.flatMap((a) => [...a.rhythms])), unseen, () => {
    chunksRead += 1;
    onProgress(chunksRead / chunks);
  });
  const [views, thanosView] = await Promise.all([
    Promise.all(answering.map(({ source, offsetMs, keepsSince }) => reader.read(source, offsetMs, keepsSince))),
    thanos === null ? null : reader.read(thanos, thanosOffsetMs),
  ]);
  onProgress(1);
  const seen = views.filter((view) => view !== null);
  return {
    from,
    to,
    targets: [...reader.targets.values()],
    replicas: seen,
    unseenReplicas: replicas.map(({ name }) => name).filter((name) => !seen.some((view) => view.name === name)),
    thanos: thanosView,
    olderData: thanosOlder || answering.some((a) => a.older),
    notes: notesOf(answering, from),
    unseen,
  };
}

/** null when the source does not answer, which is added to `unseen`. */
async function ask(source: AuditSource, from: number, to: number, unseen: string[]): Promise<Answering | null> {
  try {
    const offsetMs = await source.clockOffsetMs();
    const [rhythms, older, keptMs] = await Promise.all([
      source.rhythms(),
      source.hasBefore(from + offsetMs),
      source.retentionMs(),
    ]);
    return { source, offsetMs, older, keepsSince: keptMs === null ? from : to - keptMs, rhythms };
  } catch (error) {
    unseen.push(`Not looked at: ${(error as Error).message}.`);
    return null;
  }
}

/** What whoever reads the audit should know of its sources: clocks that are off, samples that are not kept. */
function notesOf(answering: readonly Answering[], from: number): string[] {
  const notes: string[] = [];
  for (const { source, offsetMs } of answering) {
    if (Math.abs(offsetMs) < TOLERATED_OFFSET_MS) continue;
    const off = `${(Math.abs(offsetMs) / 1000).toFixed(1)} s ${offsetMs > 0 ? 'ahead' : 'behind'}`;
    notes.push(`The clock of ${source.name} is ${off}: its times are given in the clock of this machine.`);
  }
  for (const { source, keepsSince } of answering) {
    if (keepsSince <= from) continue;
    const since = new Date(keepsSince).toISOString();
    notes.push(`${source.name} keeps samples since ${since} only: older ones are not missed in it.`);
  }
  return notes;
}

/** Reads sources chunk by chunk; targets and their intervals are those of all sources together. */
class Reader {
  readonly targets = new Map<string, AuditTarget>();

  constructor(
    private readonly from: number,
    private readonly to: number,
    /** By target and by job. */
    private readonly rhythms: ReadonlyMap<string, Rhythm>,
    private readonly unseen: string[],
    private readonly onChunk: () => void,
  ) {}

  /** null when the source stops answering, which is added to `unseen`. */
  async read(source: AuditSource, offsetMs: number, keepsSince?: number): Promise<View | null> {
    const tracks = new Map<string, Track>();
    try {
      for (let start = this.from; start < this.to; start += CHUNK_MS) {
        const end = Math.min(start + CHUNK_MS, this.to);
        for (const { key, job, instance, samples } of await source.chunk(start + offsetMs, end + offsetMs)) {
          const { intervalMs, foundWithinMs } = this.rhythmOf(key, job, samples);
          this.targets.set(key, { key, job, instance, intervalMs, foundWithinMs });
          const track = extendTrack(tracks.get(key) ?? null, samples, intervalMs, offsetMs);
          if (track !== null) tracks.set(key, track);
        }
        this.onChunk();
      }
    } catch (error) {
      this.unseen.push(`Not looked at: ${(error as Error).message}.`);
      return null;
    }
    for (const warning of source.warnings) this.unseen.push(`${source.name} answered in part only: ${warning}.`);
    return { name: source.name, tracks, ...(keepsSince === undefined ? {} : { keepsSince }) };
  }

  private rhythmOf(key: string, job: string, samples: readonly UpSample[]): Rhythm {
    const { intervalMs, foundWithinMs = 0 } = this.targets.get(key) ??
      this.rhythms.get(key) ??
      this.rhythms.get(jobKey(job)) ?? { intervalMs: usualInterval(samples) ?? UNKNOWN_INTERVAL_MS };
    return { intervalMs, foundWithinMs };
  }
}
