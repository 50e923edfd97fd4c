import type { Instrument, MetricReading } from './instrument';
import type { TestBed } from './test-bed';

/** How soon the takeover has to happen; see limits.ts. */
export type TakeoverClass = 'crash' | 'silence' | 'volume' | 'break-glass' | 'resumed' | 'alarm' | 'none';

/** Who a run hurts and who should take over, by the assignment at its start. */
export interface Roles {
  /** The node that alerts when the run starts. */
  readonly active: string;
  readonly standby: string;
  /** The one of the two that is hurt; null when no node is. */
  readonly hurt: string | null;
}

/**
 * One kind of incident, as data and a few verbs. The frame of a run (run.ts) is the same for all: alerts move, and the
 * oracle judges what was notified of them. What else a scenario measures, its instruments do.
 */
export interface Scenario {
  readonly name: string;
  /** What happens, one line. */
  readonly what: string;
  readonly hurts: 'active' | 'standby' | 'nobody';
  readonly takeover: TakeoverClass;
  /** Hosts have to be cut off: root on Linux. */
  readonly needsNamespaces: boolean;
  /** Data have to be on volumes of their own: root and loop devices. */
  readonly needsVolumes?: true;
  /** Thanos has to run. */
  readonly needsThanos: boolean;
  /** A pair of Prometheus that both alert goes through the same, for comparison. */
  readonly plainPair: boolean;
  /** The hurt node's agent and gate die with it, so its gate counts as closed from the fault on. */
  readonly agentDies: boolean;
  /** The hurt node keeps its gate open until it learns better: how long after the repair is judged. */
  readonly gateOutlivesFault: boolean;
  /** Alerts of the system's own about what it does in this incident: judged by an instrument, for the oracle knows none. */
  readonly ownAlerts?: readonly string[];
  /** Alerts move on only after `course`: nobody would be notified of one that begins and ends in it. */
  readonly alertsWait?: true;
  /** How many new epochs the incident may cost, exactly. */
  readonly epochs: number;
  /** Whether alerting may move, or not: a node that is neither well nor dead. */
  readonly mayMove?: true;
  /** For so long nobody may scrape, or evaluate a rule, seconds at most: no Prometheus runs. @default 0 */
  readonly unscrapedS?: number;
  /** How the system is not as it was before, when all is over. @default it is */
  readonly leaves?: 'grown' | 'changed';
  /** What is measured beside the alerts. */
  readonly instruments: readonly Instrument[];
  /** What must have happened long before the fault, so that it is no part of it; the system comes to rest afterwards. */
  readonly prepare?: (world: TestBed) => Promise<void>;
  /** Undoes what `prepare` did, whatever happened since; called when the drill is over. */
  readonly restore?: (world: TestBed) => Promise<unknown>;
  /** The fault. Returns when it struck, ms since the Unix epoch. */
  readonly inject: (world: TestBed, roles: Roles) => Promise<number>;
  /** What has to come to its end before the fault is undone, seen step by step. */
  readonly course?: (world: TestBed, roles: Roles, struckAt: number) => Promise<MetricReading>;
  /** How long the system may take to come to rest when it was undone. @default that of the others */
  readonly restWithinMs?: number;
  /** Undoes it. Returns when, ms since the Unix epoch. */
  readonly undo: (world: TestBed, roles: Roles) => Promise<number>;
}
