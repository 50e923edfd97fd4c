import type { NodeId } from '../../lib/contract/documents/assignment';
import type { Policy } from '../../lib/contract/documents/policy';
import type { Clock } from '../../lib/shell/async/clock';
import type { Log } from '../base/log';
import { every, type Loop } from '../base/loop';
import { Watcher, type AskWatched } from '../../lib/shell/probes/watcher';
import { Probes, type ProbesDeps } from './probes';
import { RoleManager, type RoleDeps } from './role-manager';

export interface FailoverDeps extends Omit<RoleDeps, 'probes' | 'watcher' | 'prometheusIsDown' | 'clock'> {
  readonly node: NodeId;
  readonly policy: Policy;
  readonly addresses: ProbesDeps['addresses'];
  readonly probe: ProbesDeps['probe'];
  readonly ask: AskWatched;
  /** This node's Prometheus; null while none runs. */
  readonly prometheusPid: () => number | null;
  readonly clock: Clock;
  readonly log: Log;
}

/** A node's part in fail-over: what it sees of the others, its role, and what it does when its Prometheus exits. */
export class Failover {
  readonly probes: Probes;
  readonly role: RoleManager;
  /** Of the node that alerts; a standby's only. */
  readonly watcher: Watcher;
  private exitedAt: number | null = null;
  private readNow = (): void => {};

  constructor(private readonly deps: FailoverDeps) {
    const { node, addresses, probe, policy, contact } = deps;
    const knownEpoch = (): number => this.role.assignment?.epoch ?? 0;
    this.probes = new Probes({ self: node, addresses, probe, knownEpoch, policy, contact });
    this.watcher = new Watcher(deps.ask, policy, deps.clock);
    this.role = new RoleManager({
      ...deps,
      probes: this.probes,
      watcher: this.watcher,
      prometheusIsDown: () => this.prometheusIsDown,
    });
  }

  /** `afterProbing`: what else looks at each round's probes. */
  begin(afterProbing: () => Promise<void>): Loop[] {
    const { policy, contact, log, clock } = this.deps;
    const probe = async (): Promise<void> => {
      await this.probes.round();
      this.hear(this.probes.othersEpoch);
      await afterProbing();
    };
    const roles = every(policy.pollMs, 'role', () => this.role.round(), log, clock);
    this.readNow = contact.askForRead = () => {
      this.role.ask();
      roles.now();
    };
    return [
      roles,
      every(policy.probe.intervalMs, 'probes', probe, log, clock),
      every(policy.watch.intervalMs, 'watch', async () => this.watchActive(), log, clock),
    ];
  }

  private watchActive(): void {
    const { node, addresses } = this.deps;
    const active = this.role.assignment?.active ?? node;
    if (active === node) this.watcher.look(null, undefined);
    else this.watcher.look(active, addresses().get(active));
  }

  /** Somebody knows this epoch: if it is a later one, the bucket has it. */
  hear(epoch: number): void {
    if (epoch > (this.role.assignment?.epoch ?? 0)) this.readNow();
  }

  prometheusExited(): void {
    this.exitedAt = this.deps.clock.now();
    if (this.role.isAssigned) this.role.reportExit();
  }

  /** Until a probe that began after the exit finds it working again. */
  private get prometheusIsDown(): boolean {
    const { own, prometheusIsHealthy } = this.probes;
    const back = own !== null && prometheusIsHealthy && own.at > (this.exitedAt ?? 0);
    if (back && this.deps.prometheusPid() !== null) this.exitedAt = null;
    return this.exitedAt !== null;
  }
}
