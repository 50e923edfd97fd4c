import { FUNCTIONS, type Worker } from '../../lib/contract/functions';
import { METRICS } from '../../lib/contract/metrics';
import { dueWorkers, noteNotCalled, type Seen, type WatchMemory } from '../../lib/core/workers/due';
import type { CallFunction } from '../../lib/shell/aws/call-function';
import { reasonOf } from '../../lib/shell/probes/prober';
import type { FunctionConfig } from '../shared/config';
import { log } from '../shared/log';
import { publish } from '../shared/metrics';

/** Calls the functions that have something to do, and waits for none: a call that hangs hangs alone. */
export class WorkerCalls {
  private watch: WatchMemory;
  private readonly underWay = new Set<Promise<void>>();

  constructor(
    private readonly workers: readonly Worker[],
    private readonly config: Pick<FunctionConfig, 'cluster' | 'shard'>,
    private readonly call: CallFunction,
    since: number,
  ) {
    this.watch = { since, noted: new Map() };
  }

  /** `forMs`: how long whoever is called shall go on. */
  turn(seen: Seen, now: number, forMs: number): void {
    const { due, watch } = dueWorkers(this.workers, seen, this.watch, now);
    this.watch = watch;
    for (const { worker, because } of due) {
      const calling = this.callOne(worker, because, forMs).finally(() => this.underWay.delete(calling));
      this.underWay.add(calling);
    }
  }

  /** Once those that are under way have ended, which their own time-out sees to: a function that returns is frozen with them. */
  async settled(): Promise<void> {
    await Promise.all(this.underWay);
  }

  private async callOne(worker: Worker, because: string, forMs: number): Promise<void> {
    const { cluster, shard } = this.config;
    try {
      await this.call(FUNCTIONS.worker(cluster, shard, worker), { source: 'health-check', forMs });
      log('info', 'worker-called', { worker, because });
    } catch (error) {
      this.watch = noteNotCalled(this.watch, worker);
      log('error', 'worker-not-called', { worker, because, error: reasonOf(error) });
      publish(cluster, shard, [{ metric: METRICS.controlErrors, value: 1 }]);
    }
  }
}
