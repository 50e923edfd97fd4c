import { AddressBook } from '../../lib/control/address-book';
import { probeNode, reasonOf } from '../../lib/control/prober';
import type { PromoteDeps } from '../../lib/control/promote';
import { controlS3, s3ControlStore, type ControlStore } from '../../lib/control/store';
import type { FunctionConfig } from './config';
import { log } from './log';

/** The outside world of a control function; made once per execution environment, so that it stays warm. */
export interface Control extends PromoteDeps {
  readonly store: ControlStore;
  readonly addresses: AddressBook;
}

export function connectControl(config: FunctionConfig): Control {
  const { policy, nodes, shard } = config;
  const store = s3ControlStore(controlS3(policy.storeTimeoutMs), config.controlBucket, shard, policy.storeTimeoutMs);
  const addresses = new AddressBook(nodes, store, (node, error) =>
    log('warn', 'address-not-refreshed', {
      node,
      error: reasonOf(error),
      kept: addresses.addresses().get(node) ?? null,
    }),
  );
  return {
    store,
    addresses,
    nodes,
    policy,
    now: Date.now,
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    probeAll: async (timeoutMs) => {
      const probes = await Promise.all(
        [...addresses.addresses()].map(([node, address]) => probeNode(node, address, timeoutMs, Date.now)),
      );
      return new Map(probes.map((probe) => [probe.node, probe]));
    },
  };
}
