import type { NodeId } from '../../contract/documents/assignment';
import type { Policy } from '../../contract/documents/policy';
import { PORTS } from '../../contract/ports';
import {
  beginWatch,
  noteAnswered,
  noteAsked,
  WATCHED_PROGRAMS,
  silentForMs,
  type WatchedProgram,
  type Watching,
} from '../../core/failover/silence';
import type { Clock } from '../async/clock';
import { httpGet } from '../async/http-get';

/** Asks one node one thing, on a connection of its own. @throws when there is no answer in time, or one that says no */
export type AskWatched = (
  node: NodeId,
  address: string,
  question: WatchedProgram,
  timeoutMs: number,
) => Promise<unknown>;

/** Cheap to answer whatever else is asked: no query, so none that waits for others. */
const URLS: Readonly<Record<WatchedProgram, string>> = {
  prometheus: `:${PORTS.prometheus}/-/ready`,
  agent: `:${PORTS.agent}/-/healthy`,
};
const MAX_BYTES = 4_096;

export const askWatched: AskWatched = (_node, address, question, timeoutMs) =>
  httpGet(`http://${address}${URLS[question]}`, AbortSignal.timeout(timeoutMs), MAX_BYTES);

/** Watches one node at a time: asks every time that it is told to look, and waits for no answer. */
export class Watcher {
  private watch: Watching | null = null;
  private address: string | undefined;
  private turns = 0;

  constructor(
    private readonly ask: AskWatched,
    private readonly policy: Policy,
    private readonly clock: Pick<Clock, 'elapsed'>,
  ) {}

  /** Whom it watches, and how long that one has been silent. */
  get seen(): { readonly node: NodeId; readonly forMs: number } | null {
    return this.watch && { node: this.watch.node, forMs: silentForMs(this.watch, this.policy) };
  }

  /** Every policy.watch.intervalMs. A node whose address is not known is not watched: probes count that. */
  look(node: NodeId | null, address: string | undefined): void {
    if (node === null || address === undefined) return void (this.watch = null);
    const askedAt = this.clock.elapsed();
    if (this.watch?.node !== node || this.address !== address) this.watch = beginWatch(node, askedAt);
    else this.watch = noteAsked(this.watch, askedAt);
    this.address = address;
    const turn = ++this.turns;
    for (const question of WATCHED_PROGRAMS) this.askOne(node, address, question, askedAt, turn);
  }

  private askOne(node: NodeId, address: string, question: WatchedProgram, askedAt: number, turn: number): void {
    this.ask(node, address, question, this.policy.watch.silentMs).then(
      () => {
        if (this.watch?.node === node && this.address === address)
          this.watch = noteAnswered(this.watch, question, askedAt, this.turns - turn);
      },
      () => {}, // what is not answered says so by its silence
    );
  }
}
