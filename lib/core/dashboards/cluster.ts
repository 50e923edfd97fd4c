import { figure, HERE, lines, states, type DashboardOf, type PanelRow } from './panel';

const AGENT = 'prometheus_ha_agent_';
const PROMETHEUS = `job="prometheus", ${HERE}`;
const RATE = '[$__rate_interval]';

const alerting: PanelRow = {
  title: 'Alerting',
  panels: [
    states('Who alerts', `${AGENT}active{${HERE}}`, '{{node}}', { 0: 'stands by', 1: 'alerts' }),
    states('Gate', `${AGENT}gate_open{${HERE}}`, '{{node}}', { 0: 'closed', 1: 'open' }),
    figure(
      'Changes of the assignment',
      'none',
      `max by (cluster, shard) (changes(${AGENT}assignment_epoch{${HERE}}[$__range]))`,
      'shard {{shard}}',
      'Failovers, switchovers, pauses: `npx promha history` has the reasons.',
    ),
    figure(
      'Age of the dead man’s switch',
      's',
      `min by (cluster, shard) (time() - ${AGENT}watchdog_timestamp_seconds{${HERE}})`,
      'shard {{shard}}',
    ),
    lines('Alerts that the gates hold', 'none', [[`${AGENT}gate_held_alerts{${HERE}}`, '{{node}}']]),
    lines('Alerts that an Alertmanager still lacks', 'none', [
      [`${AGENT}gate_behind_alerts{${HERE}}`, '{{node}} → {{alertmanager}}'],
      [`${AGENT}gate_unsent_alerts{${HERE}}`, '{{node}}, sent through its closed gate'],
    ]),
    lines('Notifications', 'ops', [
      [`sum by (integration) (rate(alertmanager_notifications_total{${HERE}}${RATE}))`, '{{integration}}'],
      [
        `sum by (integration) (rate(alertmanager_notifications_failed_total{${HERE}}${RATE}))`,
        '{{integration}}, failed',
      ],
    ]),
  ],
};

const scraping: PanelRow = {
  title: 'Scraping and rules',
  panels: [
    lines('Targets that do not answer', 'none', [
      [`max by (job) (count by (job, replica) (up{${HERE}}) - sum by (job, replica) (up{${HERE}}))`, '{{job}}'],
    ]),
    lines('Samples a second', 'none', [
      [`rate(prometheus_tsdb_head_samples_appended_total{${PROMETHEUS}}${RATE})`, '{{node}} {{type}}'],
    ]),
    lines('Series in the head', 'none', [[`prometheus_tsdb_head_series{${PROMETHEUS}}`, '{{node}}']]),
    lines('Time between two scrapes, 99th percentile', 's', [
      [`prometheus_target_interval_length_seconds{quantile="0.99", ${PROMETHEUS}}`, '{{node}} every {{interval}}'],
    ]),
    lines('Slowest group of rules', 's', [
      [`max by (node) (prometheus_rule_group_last_duration_seconds{${PROMETHEUS}})`, '{{node}}'],
    ]),
    lines('Evaluations missed', 'ops', [
      [`sum by (node) (rate(prometheus_rule_group_iterations_missed_total{${PROMETHEUS}}${RATE}))`, '{{node}}'],
    ]),
  ],
};

const data: PanelRow = {
  title: 'Samples and disks',
  panels: [
    lines('Time for which it is not known yet whether something is missing', 's', [
      [`time() - ${AGENT}backfill_whole_until_timestamp_seconds{${HERE}}`, '{{node}}'],
    ]),
    lines('Samples fetched from other nodes', 'none', [
      [`rate(${AGENT}backfill_samples_total{${HERE}}${RATE})`, '{{node}}'],
      [`rate(${AGENT}backfill_refused_total{${HERE}}${RATE})`, '{{node}}, not taken'],
    ]),
    lines('Corruption found, and incidents of which files are kept', 'none', [
      [`${AGENT}scrub_corruption{${HERE}}`, '{{node}} corruption'],
      [`${AGENT}scrub_set_aside{${HERE}}`, '{{node}} kept'],
    ]),
    lines('Age of the last pass of the scrub', 's', [
      [`time() - ${AGENT}scrub_last_pass_timestamp_seconds{${HERE}}`, '{{node}}'],
    ]),
    lines('Free on the data volume', 'percentunit', [
      [`${AGENT}volume_free_bytes{${HERE}} / ${AGENT}volume_size_bytes{${HERE}}`, '{{node}}'],
    ]),
    states('Trouble with the data volume', `${AGENT}volume_trouble{${HERE}}`, '{{node}}', { 0: 'none', 1: 'trouble' }),
  ],
};

const programs: PanelRow = {
  title: 'Programs',
  panels: [
    lines('Restarts', 'none', [
      [`increase(${AGENT}process_restarts_total{${HERE}}[$__range])`, '{{node}} {{process}}'],
    ]),
    lines('Memory', 'bytes', [
      [`process_resident_memory_bytes{job=~"prometheus|alertmanager|thanos-.+", ${HERE}}`, '{{job}} {{instance}}'],
    ]),
    lines('Processors', 'none', [
      [
        `rate(process_cpu_seconds_total{job=~"prometheus|alertmanager|thanos-.+", ${HERE}}${RATE})`,
        '{{job}} {{instance}}',
      ],
    ]),
    states('Control bucket', `${AGENT}store_reachable{${HERE}}`, '{{node}}', { 0: 'out of reach', 1: 'read' }),
    states('Configuration', `${AGENT}config_rejected{${HERE}}`, '{{node}}', { 0: 'loaded', 1: 'rejected' }),
  ],
};

const thanos: PanelRow = {
  title: 'Thanos',
  panels: [
    lines('Queries, 99th percentile', 's', [
      [
        `histogram_quantile(0.99, sum by (le) (rate(http_request_duration_seconds_bucket{job="thanos-query", ${HERE}}${RATE})))`,
        'query',
      ],
    ]),
    lines('Queries a second', 'ops', [
      [`sum by (code) (rate(http_requests_total{job="thanos-query", ${HERE}}${RATE}))`, '{{code}}'],
    ]),
    lines('Age of the newest uploaded block', 's', [[`${AGENT}upload_age_seconds{${HERE}}`, '{{node}}']], {
      mayBeEmpty: 'a new node has its first block after two hours',
    }),
    lines('Blocks that wait for their upload', 'none', [[`${AGENT}upload_waiting_blocks{${HERE}}`, '{{node}}']]),
    lines('Blocks that the store gateways serve', 'none', [
      [`thanos_bucket_store_blocks_loaded{${HERE}}`, '{{instance}}'],
    ]),
    states('Compactor', `thanos_compact_halted{${HERE}}`, '{{instance}}', { 0: 'runs', 1: 'halted' }),
  ],
};

/** Of the cluster itself. `withThanos`: it has tasks of Thanos. */
export const clusterDashboard = (withThanos: boolean): DashboardOf => ({
  uid: 'prometheus-ha-cluster',
  title: 'prometheus-ha / Cluster',
  variablesOf: `${AGENT}active`,
  rows: [alerting, scraping, data, programs, ...(withThanos ? [thanos] : [])],
});
