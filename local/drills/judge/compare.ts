import type { SentAlert } from './notifications';

/** An alert from its firing to its end, as one source sent it. */
export interface Incident {
  readonly alert: string;
  readonly name: string;
  readonly startsAt: number;
  /** null while it goes on. */
  readonly endsAt: number | null;
  readonly firing: readonly SentAlert[];
  readonly resolved: readonly SentAlert[];
}

export interface Comparison {
  readonly missed: number;
  readonly duplicates: number;
  readonly falselyResolved: number;
  readonly spurious: number;
  /** Of the oracle's incidents that were sent at all: how far apart the two say it started, ms, by alert name. */
  readonly startsOff: ReadonlyMap<string, number>;
  /** One sentence for each difference. */
  readonly findings: readonly string[];
}

/**
 * Two Prometheus scrape and evaluate at different moments of the same second, and one evaluation may see a change
 * only at its next turn: the same incident may start or end this much apart without anything being wrong.
 */
const SAME_MS = 2_500;

/** The incidents of one source, oldest first. */
export function incidentsOf(sent: readonly SentAlert[]): Incident[] {
  const incidents: { -readonly [K in keyof Incident]: Incident[K] }[] = [];
  for (const t of [...sent].sort((a, b) => a.startsAt - b.startsAt || a.receivedAt - b.receivedAt)) {
    let incident = incidents.findLast((i) => i.alert === t.alert);
    // A source that repeats itself keeps the start; a new start after the end is a new incident.
    if (incident === undefined || !belongs(t.startsAt, incident)) {
      incident = { alert: t.alert, name: t.name, startsAt: t.startsAt, endsAt: null, firing: [], resolved: [] };
      incidents.push(incident);
    }
    if (t.status === 'firing') incident.firing = [...incident.firing, t];
    else {
      incident.resolved = [...incident.resolved, t];
      incident.endsAt = Math.max(incident.endsAt ?? -Infinity, t.endsAt!);
    }
  }
  return incidents;
}

/** Whether an alert that started then is this incident. */
function belongs(startsAt: number, incident: Incident): boolean {
  return (
    startsAt >= incident.startsAt - SAME_MS &&
    startsAt <= Math.max(incident.endsAt ?? Infinity, incident.startsAt + SAME_MS)
  );
}

/**
 * What `ours` was sent differently from `oracle`, which nothing hurts. Per incident of the oracle, ours has to notify as
 * often that it fires and that it ended, and never that it ended while it went on; and nothing else at all.
 */
export function compareWithOracle(ours: readonly SentAlert[], oracle: readonly SentAlert[]): Comparison {
  const findings: string[] = [];
  const count = { missed: 0, duplicates: 0, falselyResolved: 0, spurious: 0 };
  const note = (kind: keyof typeof count, by: number, sentence: string): void => {
    if (by <= 0) return;
    count[kind] += by;
    findings.push(sentence);
  };
  const startsOff = new Map<string, number>();
  const unmatched = new Set(ours);

  for (const truth of incidentsOf(oracle)) {
    const sent = ours.filter((t) => t.alert === truth.alert && unmatched.has(t) && belongs(t.startsAt, truth));
    for (const t of sent) unmatched.delete(t);
    const firing = sent.filter((t) => t.status === 'firing');
    const resolved = sent.filter((t) => t.status === 'resolved');
    const early = resolved.filter((t) => truth.endsAt === null || t.receivedAt < truth.endsAt - SAME_MS);
    const what = truth.name;

    note('missed', truth.firing.length > 0 && firing.length === 0 ? 1 : 0, `${what}: never notified that it fires`);
    note(
      'duplicates',
      firing.length - Math.max(1, truth.firing.length),
      `${what}: sent ${firing.length} times that it fires, the oracle ${truth.firing.length}: ${senders(firing)}`,
    );
    note('falselyResolved', early.length, `${what}: notified that it ended while it went on`);
    const ends = resolved.length - early.length;
    note('missed', truth.resolved.length > 0 && ends === 0 ? 1 : 0, `${what}: never notified that it ended`);
    note(
      'duplicates',
      ends - Math.max(1, truth.resolved.length),
      `${what}: sent ${ends} times that it ended, the oracle ${truth.resolved.length}: ${senders(resolved)}`,
    );

    if (sent.length > 0) {
      const starts = sent.map((t) => Math.abs(t.startsAt - truth.startsAt));
      startsOff.set(truth.name, Math.max(startsOff.get(truth.name) ?? 0, ...starts));
    }
  }
  for (const t of unmatched)
    note(
      'spurious',
      1,
      `${t.name}: notified that it ${t.status === 'firing' ? 'fires' : 'ended'}, the oracle knows nothing of it`,
    );
  return { ...count, startsOff, findings };
}

/** Who sent it, and when. */
function senders(sent: readonly SentAlert[]): string {
  return sent.map((t) => `${t.sender} at ${new Date(t.receivedAt).toISOString().slice(11, 23)}`).join(', ');
}
