import type { AgentStatus } from '../../../lib/contract/documents/agent-status';
import { baseline } from './haproxy';
import { statusOf, type TestBed } from '../test-bed';

const HAPROXY_MS = 100;
const STATUS_MS = 200;

/** What was seen while the fault lasted; moments in ms since the Unix epoch, by the programs' own clocks where they say. */
export interface FaultRecord {
  /** When HAProxy's baseline had the hurt node down; to the poll's 100 ms. */
  haproxyDownAt: number | null;
  /** When the standby alerted without an assignment. */
  brokeGlassAt: number | null;
  /** When the standby's gate opened, and when an Alertmanager first took alerts from it after that. */
  openedAt: number | null;
  acceptedAt: number | null;
}

/** Looks on until stopped. What does not answer is not seen: that is what faults do. */
export class Watch {
  readonly seen: FaultRecord = { haproxyDownAt: null, brokeGlassAt: null, openedAt: null, acceptedAt: null };
  private readonly timers: NodeJS.Timeout[] = [];
  /** Reasons why a look failed, for the report of a run that measured nothing. */
  readonly blind = new Set<string>();

  /** `since` is the fault's moment: what was before does not count. */
  constructor(
    private readonly world: TestBed,
    private readonly hurt: string | null,
    private readonly candidate: string,
    private readonly since: number,
  ) {
    this.repeat(HAPROXY_MS, () => this.askHaproxy());
    this.repeat(STATUS_MS, async () => this.note(await statusOf(world, candidate)));
  }

  stop(): void {
    for (const timer of this.timers) clearInterval(timer);
  }

  private repeat(everyMs: number, look: () => Promise<void>): void {
    let looking = false;
    this.timers.push(
      setInterval(() => {
        if (looking) return;
        looking = true;
        look()
          .catch((error: Error) => this.blind.add(error.message))
          .finally(() => (looking = false));
      }, everyMs),
    );
  }

  private async askHaproxy(): Promise<void> {
    if (this.hurt === null || this.seen.haproxyDownAt !== null) return;
    const up = (await baseline(this.world.state.haproxySocket)).get(this.hurt);
    if (up === undefined) throw new Error(`HAProxy's baseline does not know ${this.hurt}`);
    if (!up) this.seen.haproxyDownAt = Date.now();
  }

  private note({ gate, breakGlass }: AgentStatus): void {
    const { seen, since, candidate, world } = this;
    const after = (iso: string | null | undefined): number | null =>
      iso === null || iso === undefined || Date.parse(iso) < since ? null : Date.parse(iso);
    const say = (at: number, what: string): void =>
      world.say(`    +${((at - since) / 1000).toFixed(2)} s  ${candidate} ${what}`);
    const glass = after(breakGlass?.since);
    if (seen.brokeGlassAt === null && glass !== null) say((seen.brokeGlassAt = glass), 'breaks the glass');
    const opened = after(gate.openedAt);
    if (seen.openedAt === null && opened !== null) say((seen.openedAt = opened), 'opens its gate');
    const accepted = opened === null ? null : after(gate.firstAcceptedAt);
    if (seen.acceptedAt === null && accepted !== null) say((seen.acceptedAt = accepted), 'is heard by an Alertmanager');
  }
}
