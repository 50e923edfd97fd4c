import type { AskWatched } from '../../../lib/shell/probes/watcher';
import type { ProbesDeps } from '../../../agent/failover/probes';
import type { Assignment } from '../../../lib/contract/documents/assignment';
import type { Policy } from '../../../lib/contract/documents/policy';
import type { Clock } from '../../../lib/shell/async/clock';
import type { Kernel } from './kernel';

export const nameOf = (index: number): string => `node-${index + 1}`;

/** Who watches what is true. */
export interface Watcher {
  sample(): void;
  violated(what: string): void;
  onWrite(from: number, previous: Assignment | null, next: Assignment): void;
}

/** What the bucket knows of the world around it. */
export interface Surroundings {
  readonly kernel: Kernel;
  readonly policy: Policy;
  readonly random: () => number;
  readonly judge: Watcher;
  trip(a: number, b: number): number | null;
}

/** And what an agent does; `S` is the bucket. */
export interface AgentSurroundings<S> extends Surroundings {
  readonly store: S;
  readonly names: readonly string[];
  readonly addresses: ReadonlyMap<string, string>;
  readonly nodes: readonly { readonly prometheus: { running(): boolean; rulesAreLate(): boolean } }[];
  prober(from: number, alive: () => boolean): ProbesDeps['probe'];
  asker(from: number, alive: () => boolean): AskWatched;
  timeOf(actor: number, alive: () => boolean): Clock;
  tellEvent(index: number, event: string, fields?: Readonly<Record<string, unknown>>): void;
}
