import { lateRules, lookAtRules, withLook, type RuleGroup, type RulesLook } from '../../lib/core/failover/late-rules';
import { Answers } from '../base/answers';
import type { Log } from '../base/log';

export interface OwnRulesDeps {
  /** When own Prometheus was started, ISO 8601; null while none runs. */
  readonly startedAt: () => string | null;
  /** Of own Prometheus. @throws when it does not answer in time */
  readonly groups: () => Promise<readonly RuleGroup[]>;
  readonly now: () => number;
  readonly log: Log;
}

/** Whether own Prometheus evaluates its rules in time, over a window. */
export class OwnRules {
  private looks: readonly RulesLook[] = [];
  private since: string | null = null;
  late: RulesLook['late'] = null;

  private readonly answers: Answers;

  constructor(private readonly deps: OwnRulesDeps) {
    this.answers = new Answers(deps.log);
  }

  async round(): Promise<void> {
    const { startedAt, groups, now, log } = this.deps;
    const started = startedAt();
    if (started !== this.since) this.looks = [];
    this.since = started;
    // Who runs none, or does not answer, says nothing of its rules: probes say that.
    const found = started === null ? null : await this.answers.orNull('groups of rules of Prometheus', groups);
    if (found !== null && started !== null && startedAt() === started)
      this.looks = withLook(this.looks, lookAtRules(found, now()));
    const late = lateRules(this.looks);
    if (late !== null && this.late === null)
      log('warn', 'rules-late', { group: late.group, byMs: Math.round(late.byMs) });
    if (late === null && this.late !== null) log('info', 'rules-on-time');
    this.late = late;
  }
}
