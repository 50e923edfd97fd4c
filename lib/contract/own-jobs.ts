/** Jobs that every node has; their targets come and go with the nodes, without a reload. */
export const OWN_JOBS = ['prometheus', 'alertmanager', 'prometheus-ha-agent'] as const;

/** Thanos' components: the sidecars like the other programs of a node, the tasks by their names in DNS. */
export const THANOS_JOBS = ['thanos-sidecar', 'thanos-query', 'thanos-store', 'thanos-compact'] as const;

/** Every job that is not the user's. */
export const RESERVED_JOBS: readonly string[] = [...OWN_JOBS, ...THANOS_JOBS];

/** Matches the jobs that are not the user's, as a PromQL regular expression. */
export const RESERVED_JOBS_REGEX = RESERVED_JOBS.join('|');
