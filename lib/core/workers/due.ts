import type { TrustStatus } from '../../contract/documents/agent/part-status';
import type { Assignment, NodeId } from '../../contract/documents/assignment';
import type { RestoreRecord } from '../../contract/documents/storage';
import type { Worker } from '../../contract/functions';

/** What health-check sees beside the nodes' health; a null is not known. */
export interface Seen {
  readonly assignment: Pick<Assignment, 'paused' | 'scrapeProfile'> | null;
  readonly queries: QueriesSeen | null;
  /** By node: whether it asks for another volume, and how its restore stands. */
  readonly volumes: ReadonlyMap<NodeId, VolumeSeen>;
  /** By node: what it says its volume suffers from, as another volume would help. */
  readonly trouble: ReadonlyMap<NodeId, string>;
  /** How much of its nearest limit the busiest node uses; 1 is the limit. */
  readonly loadShare: number | null;
  /** By node that answers: how it stands with its certificate. */
  readonly trust: ReadonlyMap<NodeId, Pick<TrustStatus, 'asks' | 'until' | 'gossip'>>;
}

export interface QueriesSeen {
  /** Probes of Thanos that failed in a row. */
  readonly misses: number;
  /** Where the listener sends all; `other`: a person did that. */
  readonly route: 'thanos' | 'nodes' | 'other';
  /** Both target groups hang on the listener. */
  readonly whole: boolean;
}

export interface VolumeSeen {
  readonly asks: boolean;
  /** null: there never was one. */
  readonly restore: RestoreRecord['state'] | null;
}

export const NOTHING_SEEN: Seen = {
  assignment: null,
  queries: null,
  volumes: new Map(),
  trouble: new Map(),
  loadShare: null,
  trust: new Map(),
};

/** What became of a worker while this watch lasts. Times in ms of the clock that `dueWorkers` is given. */
interface Noted {
  /** The last call; null: none. */
  readonly calledAt: number | null;
  /** It was not taken. */
  readonly failed: boolean;
  readonly wasDue: boolean;
}

/** What one watch remembers. A worker that is called goes on until the watch ends, and the next one calls it anew. */
export interface WatchMemory {
  readonly since: number;
  readonly noted: ReadonlyMap<Worker, Noted>;
}

export interface DueWorker {
  readonly worker: Worker;
  /** One sentence. */
  readonly because: string;
}

/** A call that was not taken is made again after this. */
const AGAIN_MS = 5_000;
/** What comes and goes is not called for more often. */
const GAP_MS = 10_000;
/** Snapshots are nobody's hurry: after what a watch begins with. */
const SNAPSHOTS_AFTER_MS = 20_000;

/** Who is to be called now, and the watch as it is then. Whoever has had a call is due again when its reason came back. */
export function dueWorkers(
  workers: readonly Worker[],
  seen: Seen,
  watch: WatchMemory,
  now: number,
): { readonly due: readonly DueWorker[]; readonly watch: WatchMemory } {
  const due: DueWorker[] = [];
  const noted = new Map<Worker, Noted>();
  for (const worker of workers) {
    const before = watch.noted.get(worker) ?? { calledAt: null, failed: false, wasDue: false };
    const because = REASONS[worker](seen, now - watch.since);
    const isCalled = because !== null && mayCall(before, now);
    if (isCalled) due.push({ worker, because });
    noted.set(
      worker,
      isCalled
        ? { calledAt: now, failed: false, wasDue: true }
        : { ...before, wasDue: because !== null && before.wasDue },
    );
  }
  return { due, watch: { ...watch, noted } };
}

function mayCall({ calledAt, failed, wasDue }: Noted, now: number): boolean {
  if (calledAt === null) return true;
  if (failed) return now - calledAt >= AGAIN_MS;
  return !wasDue && now - calledAt >= GAP_MS;
}

/** The call was not taken. */
export function noteNotCalled(watch: WatchMemory, worker: Worker): WatchMemory {
  const before = watch.noted.get(worker);
  if (before === undefined) return watch;
  return { ...watch, noted: new Map(watch.noted).set(worker, { ...before, failed: true }) };
}

/** Why there is something to do; null: there is not. */
const REASONS: Readonly<Record<Worker, (seen: Seen, sinceMs: number) => string | null>> = {
  'route-queries': ({ queries, assignment }) => {
    if (queries === null || queries.route === 'other' || isPaused(assignment)) return null;
    if (queries.misses > 0) return `Probes of Thanos failed in a row: ${queries.misses}.`;
    if (queries.route === 'nodes') return 'Queries go to the nodes.';
    return queries.whole ? null : 'A target group is not on the query listener.';
  },
  'restore-snapshot': (seen) => {
    for (const node of new Set([...seen.volumes.keys(), ...seen.trouble.keys()])) {
      const because = whyRestore(node, seen);
      if (because !== null) return because;
    }
    return null;
  },
  'shed-load': ({ assignment, loadShare }) => {
    if (assignment === null || isPaused(assignment)) return null;
    if (loadShare !== null && loadShare > 1) return `A node uses ${loadShare.toFixed(2)} of its nearest load limit.`;
    return assignment.scrapeProfile === 'normal' ? null : `The scrape profile is ${assignment.scrapeProfile}.`;
  },
  'issue-certificates': ({ trust }) => {
    for (const [node, { asks }] of trust) if (asks !== null) return `${node} asks for a certificate.`;
    const all = [...trust.values()];
    const waits = all.every(({ until }) => until !== null) && all.some(({ gossip }) => gossip === 'plain');
    return waits ? 'Every node can speak TLS, and one does not.' : null;
  },
  'take-snapshot': (_, sinceMs) => (sinceMs >= SNAPSHOTS_AFTER_MS ? 'Once a minute.' : null),
};

function whyRestore(node: NodeId, { volumes, trouble, assignment }: Seen): string | null {
  const { asks = false, restore = null } = volumes.get(node) ?? {};
  // What was begun is brought to its end.
  if (restore === 'running') return `The volume of ${node} is being replaced.`;
  // Until it works again nothing more is made for it.
  if (restore === 'given-up') return asks ? null : `${node}, whose restore was given up, asks for no volume any more.`;
  if (isPaused(assignment)) return null;
  if (asks) return `${node} asks for another volume.`;
  const suffers = trouble.get(node);
  return suffers === undefined ? null : `The volume of ${node} is ${suffers}.`;
}

const isPaused = (assignment: Seen['assignment']): boolean => (assignment?.paused ?? null) !== null;
