import { METRICS } from '../../lib/contract/metrics';
import type { PromoteOutcome } from '../../lib/shell/assignment/promote';
import type { FunctionConfig } from '../shared/config';
import { log } from '../shared/log';
import { publish } from '../shared/metrics';

export function sayOutcome({ acted, because, assignment }: PromoteOutcome, { cluster, shard }: FunctionConfig): void {
  log(acted ? 'warn' : 'info', acted ? 'promoted' : 'not-promoted', {
    because,
    epoch: assignment?.epoch ?? null,
    active: assignment?.active ?? null,
  });
  publish(cluster, shard, [{ metric: METRICS.promotions, value: acted ? 1 : 0 }]);
}
