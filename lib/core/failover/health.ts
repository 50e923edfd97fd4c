import type { TrustStatus } from '../../contract/documents/agent/part-status';
import type { KnownPause, NodeId } from '../../contract/documents/assignment';
import type { Policy } from '../../contract/documents/policy';

/** What one probe of one node saw. Every field is an observation; nothing is concluded here. */
export interface Probe {
  readonly node: NodeId;
  /** When the probe started, ms since the Unix epoch, prober's clock. */
  readonly at: number;
  /** Prometheus answered a query in time, which it does not before it is ready. */
  readonly ready: boolean;
  /** Age of the last scrape of the stalest job, ms, Prometheus's own clock; null when unknown or nothing was scraped. */
  readonly scrapeLagMs: number | null;
  /** The agent's status, null when the agent did not answer in time. */
  readonly agent: null | {
    readonly appliedEpoch: number;
    readonly gateOpen: boolean;
    /** The gate has listened long enough to hold every alert that fires (one resend interval). */
    readonly gatePrimed: boolean;
    /** The agent's last read of the control bucket succeeded. */
    readonly storeReachable: boolean;
    /** Whom it watches, and how long that one has been silent to it, ms. Absent: it watches nobody. */
    readonly watch?: { readonly node: NodeId; readonly silentMs: number };
    /** When the dead man's switch was evaluated that last came back to it, ms since the Unix epoch; null: none did. */
    readonly watchdogAt?: number | null;
    /** Jobs whose targets it has not discovered since it started, and others have; absent: none. */
    readonly undiscovered?: readonly string[];
    /** The rule group that is latest, over a window; absent: they are on time, or it does not look. */
    readonly rulesLate?: { readonly group: string; readonly byMs: number };
    /** What its programs did not deliver lately, one sentence each; absent: nothing. */
    readonly undelivered?: readonly string[];
    /** Names of declared secrets of which it has no value; absent: none. */
    readonly lacksSecrets?: readonly string[];
    /** Of its certificate; absent: it is of a release that asks for none. */
    readonly trust?: TrustStatus;
    /** Whether its own Thanos query answers what clients ask; absent where there is none. */
    readonly answersClients?: boolean;
    /** How long ago the newest uploaded block was made, ms; null while unknown, absent where there is no sidecar. */
    readonly uploadAgeMs?: number | null;
    /** What is wrong with its TSDB and its volume; absent where there is no scrub. */
    readonly corruption?: readonly { readonly class: string; readonly ifStarted: string }[];
    /** What its data volume as a whole suffers from; null: nothing. Absent: it is not looked at. */
    readonly volumeTrouble?: string | null;
    /** What it says of its configuration; absent: it tries none before it relies on it. */
    readonly config?: {
      readonly hash: string | null;
      readonly well: boolean;
      readonly refused: { readonly hash: string; readonly because: string } | null;
    };
    /** The epoch that it applied is paused: whose, and who alerts meanwhile. Absent: it is not. */
    readonly pause?: KnownPause;
  };
  /** What went wrong, for people; empty when nothing did. */
  readonly errors: readonly string[];
}

/**
 * Whether the node does its work: Prometheus is ready and scraping and the agent answers. With a volume that takes no
 * writes it only seems to: what it scrapes is lost, and soon its rules see nothing new.
 */
export function isHealthy(probe: Probe, policy: Policy): boolean {
  return probe.ready && scraping(probe, policy) && probe.agent !== null && !probe.agent.volumeTrouble;
}

export function scraping(probe: Probe, policy: Policy): boolean {
  return probe.scrapeLagMs !== null && probe.scrapeLagMs <= policy.maxScrapeLagMs;
}

/** Whether the node does the alerting node's work: it works and lets its alerts through. */
export function isAlerting(probe: Probe, policy: Policy): boolean {
  return isHealthy(probe, policy) && probe.agent!.gateOpen;
}

/**
 * Whether the node may be given alerting: it works, it sees the targets that others see, and it would learn of its new role. An
 * unprimed gate is no
 * obstacle, only a reason to prefer another: open, it passes on what Prometheus repeats, and waiting gains nothing.
 */
export function isPromotable(probe: Probe, policy: Policy): boolean {
  return isHealthy(probe, policy) && probe.agent!.storeReachable && probe.agent!.undiscovered === undefined;
}

/** In a person's words, what keeps the node from working; empty when it works. */
export function complaints(probe: Probe, policy: Policy): string {
  const found: string[] = [];
  if (!probe.ready) found.push('Prometheus is not ready');
  else if (!scraping(probe, policy)) {
    const { scrapeLagMs: lag } = probe;
    found.push(
      lag === null ? 'Prometheus has not scraped yet' : `Prometheus last scraped ${(lag / 1000).toFixed(1)} s ago`,
    );
  }
  if (probe.agent === null) found.push('the agent does not answer');
  else if (probe.agent.volumeTrouble) found.push(`its data volume is ${probe.agent.volumeTrouble}`);
  return found.join(', ');
}

/** The same of a node that works and takes nothing over: it has not found targets that others know. Empty when it has. */
export function blindness({ agent }: Probe): string {
  const jobs = agent?.undiscovered ?? [];
  return jobs.length === 0 ? '' : `it has not discovered the targets of ${jobs.join(', ')} since it started`;
}

/** HAProxy's rule: `fall` failures in a row make a node unhealthy, `rise` successes in a row healthy again. */
export interface HealthCount {
  readonly healthy: boolean;
  /** Consecutive probes that contradict `healthy` so far. */
  readonly against: number;
  /** Consecutive failures, whatever `healthy` says. */
  readonly consecutiveFailures: number;
}

export const UNKNOWN_HEALTH: HealthCount = { healthy: true, against: 0, consecutiveFailures: 0 };

export function countProbe(count: HealthCount, ok: boolean, policy: Policy): HealthCount {
  const consecutiveFailures = ok ? 0 : count.consecutiveFailures + 1;
  if (ok === count.healthy) return { healthy: count.healthy, against: 0, consecutiveFailures };
  const against = count.against + 1;
  const needed = count.healthy ? policy.probe.fall : policy.probe.rise;
  return against >= needed
    ? { healthy: ok, against: 0, consecutiveFailures }
    : { healthy: count.healthy, against, consecutiveFailures };
}
