import type { Assignment } from '../../../lib/contract/documents/assignment';
import { nameOf } from '../world/surroundings';
import type { World } from '../world/world';

/** Whose clock is ahead takes the date for past already: no clock is off by more than half of this. */
const CLOCKS_APART_MS = 10_000;

/** A cluster that another system still tells for: nobody is told too soon, and nobody is silent past the date. */
export class WithheldWatch {
  private readonly isTampered: boolean;

  constructor(
    private readonly world: World,
    private readonly violated: (what: string) => void,
  ) {
    this.isTampered = world.schedule.faults.some(({ kind }) => kind === 'assignment');
  }

  /** @param by who wrote it */
  onWrite(by: string, previous: Assignment | null, next: Assignment): void {
    const { withheldUntilMs } = this.world.policy;
    const until = next.withheld === undefined ? null : Date.parse(next.withheld.until);
    if (until !== null && until !== withheldUntilMs)
      this.violated(`${by} withholds alerts until ${next.withheld!.until}`);
    if (previous === null) return;
    // Otherwise the bucket went back, and nobody knows whether it still holds.
    const followsOn = next.epoch === previous.epoch + 1;
    if (followsOn && previous.withheld !== undefined && until === null)
      this.violated(`${by} wrote epoch ${next.epoch} and forgot that alerts are withheld`);
    if (previous.withheld === undefined && until !== null)
      this.violated(`${by} wrote epoch ${next.epoch} and withholds alerts that were told before`);
  }

  sample(): void {
    const { world } = this;
    const { withheldUntilMs } = world.policy;
    for (const { index, agent } of world.nodes) {
      if (!agent.gateOpen) continue;
      const left = withheldUntilMs - world.clock(index);
      if (left <= 0 && !agent.tells) this.violated(`${nameOf(index)} withholds alerts past their date`);
      if (left > CLOCKS_APART_MS && agent.tells && agent.hasApplied && !this.isTampered)
        this.violated(`${nameOf(index)} tells what is withheld`);
    }
  }
}
