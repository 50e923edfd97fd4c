import { systemClock } from '../../lib/shell/async/clock';
import type { ControlStore } from '../../lib/shell/assignment/store';
import { probeNode } from '../../lib/shell/probes/prober';
import { askWatched } from '../../lib/shell/probes/watcher';
import { forgetAlerts } from './alerting';
import type { AlertGate } from '../alerts/alert-gate';
import type { PeerAlerts } from '../alerts/peer-alerts';
import type { Base } from '../base/base';
import type { Contact } from '../base/contact';
import { Failover } from '../failover/failover';
import { lastGoodIn } from '../failover/last-good';
import type { Peers } from '../failover/peers';
import type { ProcessRecord } from '../process/process-record';
import type { Supervisor } from '../process/supervisor';

export interface NodeFailoverDeps {
  readonly store: ControlStore;
  readonly contact: Contact;
  readonly peers: Peers;
  readonly gate: AlertGate;
  readonly peerAlerts: PeerAlerts;
  readonly prometheus: ProcessRecord;
  readonly alertmanager: Supervisor;
}

/** Fail-over as the simulation plays it, on this machine's clock, network and disk. */
export function nodeFailover({ config, paths, log }: Base, deps: NodeFailoverDeps): Failover {
  const { store, contact, peers, gate, peerAlerts, prometheus, alertmanager } = deps;
  return new Failover({
    node: config.node,
    policy: config.policy,
    nodes: () => peers.nodes,
    addresses: () => peers.addresses,
    store,
    probe: (node, address, timeoutMs, knownEpoch) => probeNode(node, address, timeoutMs, systemClock.now, knownEpoch),
    ask: askWatched,
    lastGood: lastGoodIn(paths.assignment, log),
    contact,
    setGate: (open, because) => {
      const opens = open && !gate.isOpen;
      if (opens) peerAlerts.forgetUnrepeated();
      gate.setOpen(open, because);
      if (opens) void peerAlerts.merge();
    },
    onSuperseded: () => forgetAlerts(alertmanager, 'this node was cut off and another one took over', log),
    prometheusPid: () => prometheus.pid,
    clock: systemClock,
    log,
  });
}
