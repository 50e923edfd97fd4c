import { AddressBook } from '../../lib/shell/assignment/address-book';
import { systemClock } from '../../lib/shell/async/clock';
import { askWatched, type AskWatched } from '../../lib/shell/probes/watcher';
import { probeNode, reasonOf } from '../../lib/shell/probes/prober';
import type { PromoteDeps } from '../../lib/shell/assignment/promote';
import { controlS3, s3ControlStore, type ControlStore } from '../../lib/shell/assignment/store';
import type { NodeId } from '../../lib/contract/documents/assignment';
import type { Probe } from '../../lib/core/failover/health';
import type { FunctionConfig } from './config';
import { log } from './log';

/** The outside world of a control function; made once per execution environment, so that it stays warm. */
export interface Control extends PromoteDeps {
  readonly ask: AskWatched;
  readonly store: ControlStore;
  readonly addresses: AddressBook;
}

/** What keeps connections open. */
export interface Connected {
  letGo(): void;
}

/**
 * For every call of a function: made by the first one, and on new connections in each. Between two calls the environment
 * is frozen, and S3 closes what was kept open meanwhile: the first request on such a connection fails, and none is made
 * twice.
 */
export function keptWarm<T extends Connected>(connect: (config: FunctionConfig) => T): (config: FunctionConfig) => T {
  let world: T | undefined;
  return (config) => {
    world ??= connect(config);
    world.letGo();
    return world;
  };
}

export function connectControl(config: FunctionConfig): Control & Connected {
  const { policy, shard } = config;
  const s3 = controlS3(policy.storeTimeoutMs);
  const store = s3ControlStore(s3, config.controlBucket, shard, policy.storeTimeoutMs);
  const addresses = new AddressBook(shard, store, (node, error) =>
    log('warn', node === null ? 'nodes-not-listed' : 'address-not-refreshed', {
      ...(node !== null && { node, kept: addresses.addresses().get(node) ?? null }),
      error: reasonOf(error),
    }),
  );
  // A shard has at most eight nodes (synth refuses more): all of them at once.
  const probeAll: Control['probeAll'] = async (timeoutMs, knownEpoch) => {
    const probes = [...addresses.addresses()].map(([node, address]) =>
      probeNode(node, address, timeoutMs, Date.now, knownEpoch),
    );
    return new Map((await Promise.all(probes)).map((probe) => [probe.node, probe]));
  };
  return {
    store,
    addresses,
    letGo: () => s3.destroy(), // its connections; the next request opens others
    get nodes() {
      return addresses.nodes;
    },
    policy,
    now: systemClock.now,
    sleep: systemClock.sleep,
    probeAll,
    ask: askWatched,
    tell: (epoch) => probeAll(policy.verifyTimeoutMs, epoch),
  };
}

/**
 * Probes all nodes and looks after their addresses, where one does not answer at its own, and now and then: beside the
 * probes, so that known ones are not kept waiting by S3.
 */
export async function probeWithBook(
  {
    addresses,
    probeAll,
    now,
  }: Pick<Control, 'probeAll' | 'now'> & {
    addresses: Pick<AddressBook, 'isComplete' | 'refreshIfDue' | 'note'>;
  },
  timeoutMs: number,
  knownEpoch = 0,
): Promise<ReadonlyMap<NodeId, Probe>> {
  const refreshed = addresses.refreshIfDue(now());
  if (!addresses.isComplete) await refreshed;
  const [probes] = await Promise.all([probeAll(timeoutMs, knownEpoch), refreshed]);
  addresses.note([...probes.values()].every(({ agent }) => agent !== null));
  return probes;
}
