import type { NodeId } from '../../contract/documents/assignment';
import type { ScrapeProfile } from '../../contract/profile';
import type { NodeAnnouncement } from '../../contract/documents/announcement';
import type { Policy } from '../../contract/documents/policy';
import { blindness, complaints, isPromotable, isHealthy, type Probe } from '../failover/health';
import type { ClusterView } from './cluster-view';

/** What promha status says of one node. */
export interface NodeReport {
  readonly node: NodeId;
  /** `unknown`: there is an assignment, and it cannot be used. */
  readonly role: 'active' | 'standby' | 'unknown';
  readonly address: string | null;
  readonly zone: string | null;
  /** The data volume that it announced. */
  readonly volumeId: string | null;
  /** The scrape profile that it has loaded. */
  readonly scrapeProfile: ScrapeProfile | null;
  readonly ready: boolean;
  readonly scrapeLagMs: number | null;
  readonly gate: 'open' | 'closed' | 'unknown';
  readonly couldTakeOver: boolean;
  /** It has just started: its gate will hold every alert that fires within one resend interval. */
  readonly isPriming: boolean;
  /** Empty when nothing is wrong. */
  readonly wrong: string;
}

export function reportNode(view: ClusterView, node: NodeId, active: NodeId | null, now: number): NodeReport {
  const { policy } = view;
  const announced = view.announcements.get(node);
  const probe = view.probes.get(node);
  const isPriming = hasJustStarted(announced, probe, policy, now);
  return {
    node,
    role: view.unusable?.assignment ? 'unknown' : node === active ? 'active' : 'standby',
    address: announced?.address ?? null,
    zone: announced?.zone ?? null,
    volumeId: announced?.volumeId ?? null,
    scrapeProfile: view.profiles?.get(node) ?? null,
    ready: probe?.ready ?? false,
    scrapeLagMs: probe?.scrapeLagMs ?? null,
    gate: probe === undefined || probe.agent === null ? 'unknown' : probe.agent.gateOpen ? 'open' : 'closed',
    couldTakeOver: probe !== undefined && isPromotable(probe, policy),
    isPriming,
    wrong: announced === undefined ? unannounced(view, node) : wrongWith(view, probe, node === active, isPriming),
  };
}

/** A resend interval, with a margin: longer than that, a gate that is still not primed is news. */
const PRIMED_WITHIN_MS = 60_000;

function hasJustStarted(
  announced: NodeAnnouncement | undefined,
  probe: Probe | undefined,
  policy: Policy,
  now: number,
): boolean {
  if (announced === undefined || probe === undefined || !isHealthy(probe, policy) || probe.agent!.gatePrimed)
    return false;
  return now - Date.parse(announced.agentStartedAt) < PRIMED_WITHIN_MS;
}

function unannounced({ unusable }: ClusterView, node: NodeId): string {
  const why = unusable?.announcements.get(node);
  return why === undefined ? 'it never announced itself' : `where it is cannot be read: ${why}`;
}

function wrongWith(
  { policy, unusable }: ClusterView,
  probe: Probe | undefined,
  active: boolean,
  isPriming: boolean,
): string {
  if (probe === undefined) return 'it was not probed';
  if (!isHealthy(probe, policy)) return complaints(probe, policy);
  if (!probe.agent!.storeReachable) {
    return unusable?.assignment ? 'it cannot use the assignment either' : 'it cannot read the control bucket';
  }
  if (probe.agent!.undiscovered !== undefined) return blindness(probe);
  if (active && !probe.agent!.gateOpen) return 'its gate is closed';
  if (!active && !probe.agent!.gatePrimed && !isPriming) return 'its gate has not listened long enough to take over';
  return '';
}
