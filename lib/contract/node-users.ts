/**
 * Who a node's programs run as. The ids are fixed, because what they own lies on a data volume, which outlives the machine; they are of
 * a range that no distribution gives away (60578 to 61183, systemd's UIDS-GIDS).
 */
export const NODE_USERS = {
  prometheus: { name: 'promha-prometheus', id: 61101 },
  alertmanager: { name: 'promha-alertmanager', id: 61102 },
  sidecar: { name: 'promha-sidecar', id: 61103 },
  'node-query': { name: 'promha-query', id: 61104 },
} as const;

export type NodeProgram = keyof typeof NODE_USERS;

/** The unit that a program runs in. */
export const unitOf = (program: NodeProgram): string => `prometheus-ha-${program}.service`;

/** For systemd-sysusers: users without a password, a shell or a home, each with a group of its name. */
export const sysusers = (): string =>
  Object.values(NODE_USERS)
    .map(({ name, id }) => `u ${name} ${id} "a program of prometheus-ha" /\n`)
    .join('');
