/** Stacks of a cluster: the end of the name, and how the description begins. By both promha tells them from others. */
export const STACKS = {
  stateful: 'Prometheus data volumes',
  network: 'Network of the Prometheus nodes',
  query: 'Load balancer for queries',
  thanos: 'Thanos query, store gateway and compactor',
  control: 'Functions, schedule and alarms of the control plane',
  nodes: 'Prometheus nodes',
} as const;
export type StackPart = keyof typeof STACKS;
