import type { Assignment } from '../../lib/contract/documents/assignment';
import type { RoleInput } from '../../lib/core/failover/role-state';
import { promote, type PromoteDeps, type PromoteRequest } from '../../lib/shell/assignment/promote';
import { messageOf, type Log } from '../base/log';

/** Asks the promotion core, in the background and one call at a time; how it ended is said once. */
export class Takeover {
  private running = false;
  private ended: RoleInput['attempt'] = 'none';
  private said = '';

  constructor(
    private readonly deps: PromoteDeps,
    private readonly onWritten: (assignment: Assignment) => void,
    private readonly log: Log,
  ) {}

  /** How the last attempt ended, since this was last asked. */
  takeResult(): RoleInput['attempt'] {
    const { ended } = this;
    this.ended = 'none';
    return ended;
  }

  ask(request: PromoteRequest): void {
    if (this.running) return;
    this.running = true;
    void this.attempt(request).finally(() => (this.running = false));
  }

  private async attempt(request: PromoteRequest): Promise<void> {
    const startedAt = this.deps.now();
    try {
      const outcome = await promote(request, this.deps);
      this.ended = outcome.acted ? 'written' : 'refused';
      this.say('info', 'promotion-asked', {
        caller: request.caller,
        acted: outcome.acted,
        because: outcome.because,
        tookMs: this.deps.now() - startedAt,
      });
      // Written or read just now: there is no reason to wait for the next poll.
      if (outcome.assignment !== null) this.apply(outcome.assignment);
    } catch (error) {
      this.ended = 'store-failed';
      this.say('error', 'promotion-failed', { caller: request.caller, error: messageOf(error) });
    }
  }

  /** Applied or not, it was written: a full disk here is no failure of the store. */
  private apply(assignment: Assignment): void {
    try {
      this.onWritten(assignment);
    } catch (error) {
      this.log('error', 'assignment-not-saved', { error: messageOf(error) });
    }
  }

  /** Repeated attempts say the same thing: once is enough. */
  private say(
    level: 'info' | 'error',
    event: string,
    fields: { because?: string; error?: string } & Record<string, unknown>,
  ): void {
    const what = `${event} ${(fields.because ?? fields.error ?? '').replace(/[\d.]+/g, '#')}`;
    if (what !== this.said || fields.acted === true) this.log(level, event, fields);
    this.said = what;
  }
}
