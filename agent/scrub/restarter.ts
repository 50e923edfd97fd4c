import { serves } from '../../lib/core/health';
import { decideRestart } from '../../lib/core/damage-restart';
import type { Policy } from '../../lib/core/policy';
import type { Log } from '../log';
import type { Supervisor } from '../process/supervisor';
import type { Probes } from '../role/probes';
import type { RoleKeeper } from '../role/role-keeper';
import type { Scrubber } from './scrubber';

export interface RestarterOptions {
  readonly scrubber: Scrubber;
  readonly prometheus: Supervisor;
  readonly role: RoleKeeper;
  readonly probes: Probes;
  readonly gateIsOpen: () => boolean;
  readonly policy: Policy;
  readonly log: Log;
}

/** Has a standby's damage mended without waiting for the death of its Prometheus. */
export class Restarter {
  private readonly tried = new Set<string>();
  private lastAt: number | null = null;
  private because: string | null = null;

  constructor(private readonly options: RestarterOptions) {}

  async round(): Promise<void> {
    const { scrubber, prometheus, role, probes, gateIsOpen, policy, log } = this.options;
    const damage = scrubber.mendable;
    if (damage.length === 0) {
      this.tried.clear();
      this.because = null;
      return;
    }
    const active = role.assignment?.active ?? null;
    const seen = active === null ? undefined : (await probes.probeAll(policy.probe.timeoutMs)).get(active);
    const { restart, because } = decideRestart(
      {
        damage,
        tried: this.tried,
        standsBy: role.role === 'standby' && !gateIsOpen(),
        paused: (role.assignment?.paused ?? null) !== null,
        activeServes: seen !== undefined && serves(seen, policy),
        lastAt: this.lastAt,
      },
      Date.now(),
    );
    if (because !== this.because) log(restart ? 'warn' : 'info', 'damage-restart', { restart, because });
    this.because = because;
    if (!restart) return;
    for (const what of damage) this.tried.add(what);
    this.lastAt = Date.now();
    prometheus.signal('SIGTERM');
  }
}
