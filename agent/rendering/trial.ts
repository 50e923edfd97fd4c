import { CONFIG_TRIAL } from '../../lib/contract/documents/agent-files';
import {
  beginTrial,
  judgeTrial,
  trialSaid,
  type Refusal,
  type RuleWork,
  type Trial,
  type TrialLook,
} from '../../lib/core/rendering/trial';
import type { Prometheus } from '../../lib/shell/prometheus/client';
import { writeAtomically } from '../base/files';
import { messageOf, type Log } from '../base/log';
import { readState } from '../base/state-file';

export interface ConfigTrialDeps {
  readonly file: string;
  readonly wellMs: number;
  /** Programs that ended and were not told to, since the agent started. */
  readonly exits: () => number;
  readonly primed: () => boolean;
  /** See TrialLook. */
  readonly needed: () => boolean;
  readonly prometheus: Pick<Prometheus, 'ruleGroups'>;
  readonly elapsed: () => number;
  readonly log: Log;
}

/** The configuration that has to prove itself on this node, and the one that did not. Outlives the agent, and what that one dies of. */
export class ConfigTrial {
  /** What was deployed, and this node refuses. */
  refusal: Refusal | null;
  /** The generation to go back to; null: nothing is on trial. */
  before: string | null;
  private trial: Trial | null;
  private exitsBefore: number;

  constructor(private readonly deps: ConfigTrialDeps) {
    const { file, log, elapsed, exits } = deps;
    const kept = readState(CONFIG_TRIAL, file, { trial: null, refusal: null }, log);
    this.refusal = kept.refusal;
    this.before = kept.trial?.before ?? null;
    this.trial = kept.trial && beginTrial(kept.trial.hash, kept.trial.rules, elapsed());
    this.exitsBefore = exits();
  }

  get tries(): boolean {
    return this.deps.wellMs > 0;
  }

  /** A program ended meanwhile, and is being started. */
  get hasEnded(): boolean {
    return this.deps.exits() > this.exitsBefore;
  }

  /** What it does, for a person; null: nothing is on trial. */
  get said(): string | null {
    return this.trial && trialSaid(this.trial, this.deps.wellMs, this.deps.elapsed());
  }

  /** Before another one is loaded: what the rules take of the one that runs. null: Prometheus does not say. */
  async rules(): Promise<RuleWork | null> {
    const groups = await this.deps.prometheus.ruleGroups().catch(() => null);
    if (groups === null) return null;
    const shares = groups.map(({ interval, evaluationTime }) => evaluationTime / interval);
    const alerts = groups.flatMap(({ rules }) => rules.flatMap((rule) => rule.alerts));
    return {
      load: shares.reduce((sum, share) => sum + share, 0),
      busiest: Math.max(0, ...shares),
      firing: alerts.filter(({ state }) => state === 'firing').length,
    };
  }

  /**
   * It was loaded. `before`: the generation that ran, with what its rules took; where that one was on trial itself, its own way back
   * stays.
   */
  begin(hash: string, before: string, rules: RuleWork | null): void {
    if (!this.tries) return;
    this.trial = beginTrial(hash, this.trial === null ? rules : this.trial.before, this.deps.elapsed());
    this.before ??= before;
    this.exitsBefore = this.deps.exits();
    this.keep();
  }

  /** @returns why the node has to go back; null: it has not. The caller does, and calls `refuse` */
  async round(): Promise<string | null> {
    if (this.trial === null) return null;
    const { wellMs, elapsed, log } = this.deps;
    const decision = judgeTrial(this.trial, await this.look(), wellMs, elapsed());
    if (decision.kind === 'refuse') return decision.because;
    if (decision.kind === 'goes-on') this.trial = decision.trial;
    else {
      log('info', 'config-proved-itself', { hash: this.trial.hash, forMs: wellMs });
      this.end();
    }
    return null;
  }

  refuse(refusal: Refusal): void {
    this.refusal = refusal;
    this.end();
  }

  /** What was deployed is another one now. */
  forgetRefusal(): void {
    if (this.refusal === null) return;
    this.refusal = null;
    this.keep();
  }

  end(): void {
    this.trial = null;
    this.before = null;
    this.keep();
  }

  private async look(): Promise<TrialLook> {
    const { exits, primed, needed } = this.deps;
    return { exits: exits() - this.exitsBefore, primed: primed(), rules: await this.rules(), needed: needed() };
  }

  private keep(): void {
    const { file, log } = this.deps;
    const { trial, before, refusal } = this;
    const kept = trial && before ? { hash: trial.hash, before, rules: trial.before } : null;
    try {
      writeAtomically(file, CONFIG_TRIAL.serialize({ trial: kept, refusal }));
    } catch (error) {
      log('error', 'config-trial-not-kept', { error: messageOf(error) });
    }
  }
}
