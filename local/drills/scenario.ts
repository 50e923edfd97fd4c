import type { Faults } from './faults';

/** How soon the takeover has to happen; see limits.ts. */
export type TakeoverClass = 'crash' | 'silence' | 'break-glass' | 'none';

/** Who a run hurts and who should take over, by the assignment at its start. */
export interface Cast {
  /** The node that alerts when the run starts. */
  readonly active: string;
  readonly standby: string;
  /** The one of the two that is hurt. */
  readonly hurt: string;
}

/** One kind of incident, as data and two verbs. The frame of a run (run.ts) is the same for all. */
export interface Scenario {
  readonly name: string;
  /** What happens, one line. */
  readonly what: string;
  readonly hurts: 'active' | 'standby';
  readonly takeover: TakeoverClass;
  /** Hosts have to be cut off: root on Linux. */
  readonly needsNamespaces: boolean;
  /** A pair of Prometheus that both alert goes through the same, for comparison. */
  readonly plainPair: boolean;
  /** The hurt node's agent and gate die with it, so its gate counts as closed from the fault on. */
  readonly agentDies: boolean;
  /** The hurt node keeps its gate open until it learns better: how long after the mend is judged. */
  readonly gateOutlivesFault: boolean;
  /** How many new epochs the incident may cost, exactly. */
  readonly epochs: number;
  /** What must have happened long before the fault, so that it is no part of it; the system comes to rest afterwards. */
  readonly prepare?: (faults: Faults) => Promise<void>;
  /** The fault. Returns when it struck, ms since the Unix epoch. */
  readonly inject: (faults: Faults, cast: Cast) => Promise<number>;
  /** Undoes it. Returns when, ms since the Unix epoch. */
  readonly undo: (faults: Faults, cast: Cast) => Promise<number>;
}
