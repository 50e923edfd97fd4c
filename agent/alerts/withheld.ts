import type { PostedAlert } from '../../lib/contract/documents/alerts';
import type { Assignment } from '../../lib/contract/documents/assignment';
import { hasEnded } from '../../lib/core/alerts/gate';
import { isWatchdog } from '../../lib/core/alerts/watchdog';
import { isWithheld } from '../../lib/core/failover/withheld';
import type { Log } from '../base/log';
import type { AlertGate } from './alert-gate';

/** While the assignment says so, an open gate passes nothing but the dead man's switch: docs/decisions/0046. */
export class WithheldAlerts {
  private assignment: () => Assignment | null = () => null;
  private withheld = false;

  constructor(
    private readonly now: () => number,
    private readonly log: Log,
  ) {}

  /** What this node has applied: known before a gate is opened by it. */
  follow(assignment: () => Assignment | null): void {
    this.assignment = assignment;
  }

  passes({ labels }: PostedAlert): boolean {
    return !this.holds || isWatchdog(labels);
  }

  /** What fires here and is told to nobody. */
  countIn({ state }: Pick<AlertGate, 'state'>): number {
    if (!this.holds) return 0;
    return [...state.held.values()].filter((h) => !hasEnded(h) && !isWatchdog(h.alert.labels)).length;
  }

  /** What was passed over while it held is owed when it ends. */
  look(gate: Pick<AlertGate, 'tellAll'>): void {
    const { holds } = this;
    if (holds === this.withheld) return;
    this.withheld = holds;
    const { reason, until } = this.assignment()?.withheld ?? {};
    this.log('warn', holds ? 'alerts-withheld' : 'alerts-told', { reason, until });
    if (!holds) gate.tellAll();
  }

  get holds(): boolean {
    return isWithheld(this.assignment(), this.now());
  }
}
