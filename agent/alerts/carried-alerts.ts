import type { PostedAlert } from '../../lib/contract/documents/alerts';
import { isCarried, unknownHere, type Carried, type KnownAlert, type RuleState } from '../../lib/core/alerts/carried';
import { inTurns } from '../../lib/shell/async/in-turns';
import { Answers } from '../base/answers';
import type { Log } from '../base/log';
import type { AlertGate } from './alert-gate';
import { AlertsTaken } from './alertmanager';

/** What Alertmanagers were told before the gate opened, or Prometheus was started, has run out or is known after this. */
const FRESH_MS = 3 * 60_000;
/** A Prometheus that was just started may not have scraped what an alert is about: that it does not fire says nothing. */
const SETTLES_MS = 90_000;
/** A Prometheus that is silent for longer establishes nothing any more, and nobody is told for ever what may be over. */
const SILENT_MS = 10 * 60_000;

export interface CarriedAlertsDeps {
  readonly gate: Pick<
    AlertGate,
    'isOpen' | 'openedAt' | 'state' | 'alertmanagers' | 'carry' | 'carried' | 'endCarried'
  >;
  readonly resendDelayMs: number;
  /** How long a firing alert lives in Alertmanager after its last post. */
  readonly alertLifeMs: number;
  /** When own Prometheus was started, ms since the Unix epoch; null while none runs. */
  readonly startedAt: () => number | null;
  /** All that one Alertmanager has. @throws when it does not answer in time */
  readonly alertsOf: (address: string) => Promise<readonly KnownAlert[]>;
  /** Of own Prometheus. @throws when it does not answer in time */
  readonly rules: () => Promise<readonly RuleState[]>;
  readonly now: () => number;
  readonly log: Log;
}

/** An open gate sends on what fires in the Alertmanagers and its own Prometheus does not fire yet: see docs/decisions/0040. */
export class CarriedAlerts {
  private since: Carried = new Map();
  private silentSince: number | null = null;

  private readonly known: AlertsTaken<KnownAlert>;
  private readonly answers: Answers;

  constructor(private readonly deps: CarriedAlertsDeps) {
    this.known = new AlertsTaken(deps.alertsOf, deps.log);
    this.answers = new Answers(deps.log);
  }

  async round(): Promise<void> {
    const { gate, startedAt, now, resendDelayMs } = this.deps;
    this.since = new Map([...this.since].filter(([key]) => gate.carried.has(key)));
    const started = startedAt();
    if (!gate.isOpen || !this.isFresh(started)) return;
    const known = await this.known.ask(gate.alertmanagers);
    if (known === null) return;
    const repeats = { resendDelayMs, startedAt: started };
    const unknown = unknownHere(known, gate.state, this.since, repeats, now());
    if (unknown.length === 0 && this.since.size === 0) return;
    const rules = started === null ? null : await this.answers.orNull('rules of Prometheus', this.deps.rules);
    if (this.isSilentFor(rules) > SILENT_MS || !gate.isOpen) return;
    const isOurs = isCarried(rules, this.since, now());
    const alerts: KnownAlert[] = [];
    await inTurns(unknown, (part) => alerts.push(...part.filter(isOurs)));
    if (gate.isOpen) await this.sendOn(alerts);
  }

  private isFresh(started: number | null): boolean {
    const { gate, now } = this.deps;
    return started === null || this.since.size > 0 || now() - Math.max(gate.openedAt ?? 0, started) < FRESH_MS;
  }

  private isSilentFor(rules: readonly RuleState[] | null): number {
    const now = this.deps.now();
    this.silentSince = rules === null ? (this.silentSince ?? now) : null;
    return this.silentSince === null ? 0 : now - this.silentSince;
  }

  private async sendOn(alerts: readonly KnownAlert[]): Promise<void> {
    const { gate, alertLifeMs, resendDelayMs, startedAt, now, log } = this.deps;
    const since = alerts.map((one) => [one.key, one] as const);
    const keys = new Set(since.map(([key]) => key));
    const over = now() - (startedAt() ?? Infinity) >= SETTLES_MS;
    gate.endCarried(
      [...this.since.keys()].filter((key) => !keys.has(key)),
      over,
    );
    const fresh = since.filter(([key]) => !this.since.has(key));
    if (fresh.length > 0) {
      log('warn', 'alerts-carried', {
        alerts: [...new Set(fresh.map(([, { labels }]) => labels.alertname ?? '?'))],
        because: 'they fire in Alertmanager, and Prometheus here does not fire them yet, nor says that they ended',
      });
    }
    this.since = new Map(since.map(([key, one]) => [key, this.since.get(key) ?? one.updatedAt]));
    const endsAt = new Date(now() + alertLifeMs).toISOString();
    const isDue = ([key]: (typeof since)[number]): boolean =>
      now() - (gate.state.held.get(key)?.receivedAt ?? 0) >= resendDelayMs;
    await inTurns(since, (part) =>
      gate.carry(part.filter(isDue).map(([, { alert }]): PostedAlert => ({ ...alert, endsAt }))),
    );
  }
}
