/** Files in a node's log directory, each by what writes it; they are collected by name. */
export const NODE_LOGS = ['boot', 'agent', 'prometheus', 'alertmanager', 'sidecar', 'node-query'] as const;
export type NodeLog = (typeof NODE_LOGS)[number];

/** Where they are on a deployed node. */
export const NODE_LOG_DIR = '/var/lib/prometheus-ha/logs';
