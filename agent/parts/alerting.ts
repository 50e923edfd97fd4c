import { durationMs } from '../../lib/contract/duration';
import { PORTS } from '../../lib/contract/ports';
import type { ControlStore } from '../../lib/shell/assignment/store';
import { systemClock } from '../../lib/shell/async/clock';
import { AlertGate } from '../alerts/alert-gate';
import { PartitionGuard, targetsUpAt } from '../alerts/partition-guard';
import { serveGate } from '../alerts/server';
import type { Base } from '../base/base';
import type { Contact } from '../base/contact';
import type { Generations } from '../rendering/generation';
import { liveInstances } from '../rendering/instances';
import { ShardMapManager } from '../sharding/shard-map-manager';

/** Prometheus posts a firing alert with an end four resend delays ahead. */
const ALERT_LIVES = 4;

export interface Alerting {
  readonly gate: AlertGate;
  readonly shardMap: ShardMapManager;
}

/**
 * The gate, listening, and what it asks before it sends. `address`: this node's; only an open gate needs it.
 * @throws when its port is taken
 */
export async function startAlerting(
  { config, env, paths, log }: Base,
  store: ControlStore,
  generations: Generations,
  contact: Contact,
  address: Promise<string>,
): Promise<Alerting> {
  const instances = () => liveInstances(generations);
  const shardMap = new ShardMapManager({ shard: config.shard, store, file: paths.shardMap, instances, log });
  const targetsUp = async (): Promise<number> => targetsUpAt(await address);
  const guard = new PartitionGuard({ targetsUp, contact, clock: systemClock, log });
  const gate = new AlertGate({
    alertLifeMs: ALERT_LIVES * durationMs(config.prometheus.resendDelay),
    peerTimeoutMs: durationMs(config.alertmanager.peerTimeout),
    mayNotify: () => guard.maySend(),
    notifies: (alert) => shardMap.notifies(alert),
    log,
  });
  await serveGate(gate, env.gateAddress, PORTS.gate);
  return { gate, shardMap };
}
