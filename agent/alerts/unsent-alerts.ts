import {
  looked,
  maySpeak,
  NONE_UNSENT,
  overdue,
  stillSpoken,
  toLookFor,
  type Repeats,
  type StandbyView,
  type TakenAlert,
  type Unsent,
} from '../../lib/core/alerts/unsent';
import { fingerprint } from '../../lib/core/alerts/gate';
import type { AgentStatus } from '../../lib/contract/documents/agent-status';
import type { PostedAlert } from '../../lib/contract/documents/alerts';
import type { Log } from '../base/log';
import type { AlertGate } from './alert-gate';
import { AlertsTaken } from './alertmanager';

export interface UnsentAlertsDeps {
  readonly gate: Pick<AlertGate, 'isOpen' | 'owned' | 'speakFor' | 'alertmanagers'>;
  readonly resendDelayMs: number;
  /** When own Prometheus was started, ms since the Unix epoch; null while none runs. */
  readonly startedAt: () => number | null;
  /** Address of the node that alerts; null: this one does, or nobody, or it is not known where it is. */
  readonly active: () => string | null;
  /** What is known here without asking anybody. */
  readonly own: () => Pick<StandbyView, 'healthy' | 'paused' | 'storeReadAt' | 'configHash' | 'discovered'>;
  /** Has the control bucket read at once. */
  readonly askForRead: () => void;
  readonly ownTargetsUp: () => Promise<number>;
  /** All that one Alertmanager has. @throws when it does not answer in time */
  readonly alertsOf: (address: string) => Promise<readonly TakenAlert[]>;
  /** Of another node; each throws when it does not answer in time. */
  readonly targetsUpOf: (address: string) => Promise<number>;
  readonly statusOf: (address: string) => Promise<Pick<AgentStatus, 'config'>>;
  readonly heldBy: (address: string) => Promise<readonly PostedAlert[]>;
  readonly now: () => number;
  readonly log: Log;
}

/** A closed gate sends what its own Prometheus fires and no Alertmanager has: see docs/decisions/0034. */
export class UnsentAlerts {
  private unsent: Unsent = NONE_UNSENT;

  private readonly taken: AlertsTaken<TakenAlert>;
  private readonly held: AlertsTaken<PostedAlert>;

  constructor(private readonly deps: UnsentAlertsDeps) {
    this.taken = new AlertsTaken(deps.alertsOf, deps.log);
    this.held = new AlertsTaken(deps.heldBy, deps.log);
  }

  async round(): Promise<void> {
    const { gate, active } = this.deps;
    const address = active();
    if (gate.isOpen || address === null) return this.forget();
    if (this.unsent.spoken.size > 0) await this.leaveToActive(address);
    const { resendDelayMs, now } = this.deps;
    const asked = toLookFor(gate.owned, this.unsent, this.repeats, now());
    const taken = asked.length === 0 ? [] : await this.taken.ask(gate.alertmanagers);
    // No Alertmanager answers: there is nobody to send it to either. Or it is too soon.
    if (taken === null) return;
    this.unsent = looked(this.unsent, asked, taken, resendDelayMs, now());
    // Before it is overdue: who is cut off tells nothing.
    if (this.unsent.missingSince.size > 0) this.deps.askForRead();
    const keys = overdue(this.unsent, now());
    if (keys.length === 0 || !maySpeak(await this.view(address), now())) return;
    if (gate.isOpen) return this.forget();
    this.speak(keys);
  }

  private get repeats(): Repeats {
    const { resendDelayMs, startedAt } = this.deps;
    return { resendDelayMs, startedAt: startedAt() };
  }

  private speak(keys: readonly string[]): void {
    const { gate, log } = this.deps;
    const names = keys.map((key) => gate.owned.held.get(key)?.alert.labels.alertname ?? '?');
    log('warn', 'alerts-sent-while-closed', {
      alerts: [...new Set(names)],
      because: 'they fire here, no Alertmanager has them, and the active node does not see more than this one',
    });
    this.unsent = { ...this.unsent, missingSince: new Map(), spoken: new Set([...this.unsent.spoken, ...keys]) };
    gate.speakFor(this.unsent.spoken);
  }

  private forget(): void {
    if (this.unsent === NONE_UNSENT) return;
    this.unsent = NONE_UNSENT;
    this.deps.gate.speakFor(NONE_UNSENT.spoken);
  }

  private async leaveToActive(address: string): Promise<void> {
    const { gate, now } = this.deps;
    const held = (await this.held.ask([{ address }])) ?? [];
    const firing = held.filter(({ endsAt }) => !(Date.parse(endsAt ?? '') <= now()));
    const keys = new Set(firing.map(({ labels }) => fingerprint(labels)));
    const spoken = stillSpoken(gate.owned, this.unsent, keys, this.repeats, now());
    if (spoken.size === this.unsent.spoken.size) return;
    this.unsent = { ...this.unsent, spoken };
    gate.speakFor(spoken);
  }

  private async view(address: string): Promise<StandbyView> {
    const { own, ownTargetsUp, targetsUpOf, statusOf } = this.deps;
    const [targetsUp, theirs, status] = await Promise.all([
      ownTargetsUp(),
      targetsUpOf(address).catch(() => null),
      statusOf(address).catch(() => null),
    ]);
    return { ...own(), targetsUp, active: { targetsUp: theirs, configHash: status?.config.hash ?? null } };
  }
}
