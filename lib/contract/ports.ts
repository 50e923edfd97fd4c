/** Ports: stacks and code agree on them. A change needs a migration: the previous deploy's nodes read the same. */

/** Ports of a node. Each node has an address of its own, so every node uses the same ones. */
export const PORTS = {
  /** Prometheus, on the node's address. */
  prometheus: 9090,
  /** The alert gate, on loopback only: Prometheus's one and only "Alertmanager". */
  gate: 9093,
  /** Alertmanager's API, on the node's address. */
  alertmanager: 9193,
  /** Alertmanager's gossip, TCP and UDP, on the node's address. */
  alertmanagerCluster: 9194,
  /** The agent's status and metrics, on the node's address; read only. */
  agent: 9099,
  /** The agent's webhooks, beside the gate: what its Alertmanager notifies it of, with a token. */
  webhooks: 9098,
  /** Every Thanos component, the sidecar on the node's address included: StoreAPI and HTTP. */
  thanosGrpc: 10901,
  thanosHttp: 10902,
  /** What clients reach of a node: its own `thanos query`, on the node's address. It only reads. */
  nodeQuery: 10904,
  /** Its StoreAPI, which nobody asks and which cannot be left out: beside the gate. */
  nodeQueryGrpc: 10905,
} as const;

/** Ports of the load balancer. */
export const BALANCER_PORTS = {
  /** Thanos query, and that of the nodes while its tasks do not answer. */
  queries: 9090,
  /** Always that of the nodes. */
  direct: 9091,
} as const;
