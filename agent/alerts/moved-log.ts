import type { AgentStatus } from '../../lib/contract/documents/agent-status';
import type { Move } from '../../lib/contract/documents/move';
import type { ToldLabels } from '../../lib/core/moving/alert-hash';
import { hashUsed, logIn, stateOf, withHashes, type LogEntry } from '../../lib/core/moving/notification-log';
import type { Log } from '../base/log';

export interface MovedLogDeps {
  /** null: no move was begun. @throws when the control bucket does not answer */
  readonly readMove: () => Promise<Move | null>;
  /** Alerts are withheld: until then nothing is asked, and nothing given. */
  readonly withheld: () => boolean;
  /** Of the dead man's switch, as it is sent. */
  readonly watchdog: () => ToldLabels | null;
  /** Own Alertmanager's state, which takes in what it is given. @throws when it does not answer in time */
  readonly exchange: (ours: Uint8Array) => Promise<Uint8Array>;
  /** Another process knows only what it wrote down and what the others tell it. */
  readonly alertmanagerPid: () => number | null;
  readonly log: Log;
}

const NOTHING = new Uint8Array();

/** Gives own Alertmanager what another one has told before, as a peer would: docs/decisions/0046. */
export class MovedLog {
  private given: { readonly readAt: string; readonly pid: number | null } | null = null;
  status: AgentStatus['moved'] = null;

  constructor(private readonly deps: MovedLogDeps) {}

  async round(): Promise<void> {
    const { readMove, withheld, watchdog, alertmanagerPid, log } = this.deps;
    if (!withheld()) return;
    const told = (await readMove())?.log ?? null;
    const pid = alertmanagerPid();
    if (told === null || (this.given?.readAt === told.readAt && this.given.pid === pid)) return;
    // Which numbers it makes of labels is seen in its own log, where the dead man's switch is.
    const labels = watchdog();
    const hash = labels === null ? null : hashUsed(await this.entries(), [labels]);
    if (hash === null) return;
    const entries = withHashes(told.entries, hash);
    if (entries.length > 0) await this.deps.exchange(stateOf(entries));
    const there = new Set((await this.entries()).map(nameOf));
    const missing = entries.filter((entry) => !there.has(nameOf(entry))).length;
    this.given = { readAt: told.readAt, pid };
    this.status = { readAt: told.readAt, entries: entries.length, missing };
    log(missing === 0 ? 'info' : 'warn', 'moved-log-given', { ...this.status });
  }

  private async entries(): Promise<LogEntry[]> {
    return logIn(await this.deps.exchange(NOTHING));
  }
}

const nameOf = ({ groupKey }: LogEntry): string => groupKey;
