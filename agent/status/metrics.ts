import type { AgentStatus } from '../../lib/contract/documents/agent-status';
import type {
  BackfillStatus,
  ScrubStatus,
  SecretsStatus,
  SidecarStatus,
  VolumeStatus,
} from '../../lib/contract/documents/agent/part-status';

/** Numbers that the status does not show. */
export interface Counters {
  readonly storeErrors: number;
}

const seconds = (iso: string | null): number => (iso === null ? 0 : Date.parse(iso) / 1000);

type Metric = (
  type: 'gauge' | 'counter',
  name: string,
  help: string,
  value: number | boolean,
  labels?: Record<string, string>,
) => void;

/** The agent's own metrics in Prometheus's text format. */
export function metricsText(s: AgentStatus, counters: Counters): string {
  const lines: string[] = [];
  const metric: Metric = (type, name, help, value, labels = {}) => {
    const full = `prometheus_ha_agent_${name}`;
    if (!lines.includes(`# TYPE ${full} ${type}`)) lines.push(`# HELP ${full} ${help}`, `# TYPE ${full} ${type}`);
    const pairs = Object.entries(labels).map(([label, text]) => `${label}=${JSON.stringify(text)}`);
    lines.push(`${full}${pairs.length > 0 ? `{${pairs.join(',')}}` : ''} ${Number(value)}`);
  };
  metric('gauge', 'active', '1 while this node alerts, by assignment or break glass.', s.role === 'active');
  metric('gauge', 'assignment_epoch', 'Epoch of the assignment that this node applied.', s.appliedEpoch);
  metric('gauge', 'break_glass', '1 while this node alerts without being assigned.', s.breakGlass !== null);
  gateMetrics(s, metric);
  const processes = ['prometheus', 'alertmanager'] as const;
  for (const name of processes) {
    metric('gauge', 'process_running', '1 while the process runs.', s[name].pid !== null, { process: name });
  }
  for (const name of processes) {
    metric('counter', 'process_restarts_total', 'Restarts since the agent started.', s[name].restarts, {
      process: name,
    });
  }
  metric('gauge', 'rules_late', '1 while rules of this node are late, over half a minute.', Boolean(s.rulesLate));
  if (s.nodeQuery) {
    metric('gauge', 'answers_clients', '1 while the own Thanos query answers.', s.nodeQuery.problem === null);
    metric('counter', 'node_query_restarts_total', 'Its restarts since the agent started.', s.nodeQuery.restarts);
  }
  metric('gauge', 'config_info', 'The configuration bundle in use.', 1, { hash: s.config.hash ?? '' });
  metric(
    'gauge',
    'config_loaded_timestamp_seconds',
    'When the configuration was loaded; 0 if before the agent started.',
    seconds(s.config.loadedAt),
  );
  metric('gauge', 'config_rejected', '1 while the configuration pointed to was rejected.', s.config.error !== null);
  metric('gauge', 'store_reachable', '1 when the last read of the control bucket succeeded.', s.store.reachable);
  metric(
    'gauge',
    'store_last_read_timestamp_seconds',
    'When the control bucket was last read.',
    seconds(s.store.lastReadAt),
  );
  metric(
    'gauge',
    'watchdog_timestamp_seconds',
    "When the dead man's switch that last came back was evaluated; 0 if none did.",
    seconds(s.watchdog?.evaluatedAt ?? null),
  );
  metric('counter', 'store_errors_total', 'Failed reads of the control bucket.', counters.storeErrors);
  partMetrics(s, metric);
  metric('gauge', 'start_timestamp_seconds', 'When the agent started.', seconds(s.startedAt));
  return `${lines.join('\n')}\n`;
}

/** Of the gate, and of what is lost before and behind it. */
function gateMetrics(s: AgentStatus, metric: Metric): void {
  metric('gauge', 'gate_open', '1 while the alert gate lets alerts through.', s.gate.open);
  metric('gauge', 'gate_primed', '1 when the gate holds every alert that fires.', s.gate.primed);
  metric('gauge', 'gate_held_alerts', 'Alerts that the gate holds.', s.gate.held);
  metric('counter', 'gate_sent_alerts_total', 'Alerts that some Alertmanager accepted.', s.gate.sent);
  metric(
    'gauge',
    'gate_unsent_alerts',
    'Alerts that this node sends through its closed gate: no Alertmanager had them.',
    s.gate.unsent ?? 0,
  );
  metric(
    'counter',
    'gate_refused_alerts_total',
    'Alerts that an Alertmanager refused for what is in them, since the agent started.',
    s.gate.refused ?? 0,
  );
  metric(
    'gauge',
    'undelivered',
    'Ways in which Prometheus or Alertmanager of this node lost alerts or notifications lately.',
    s.undelivered?.length ?? 0,
  );
  const { alertmanagers } = s.gate;
  for (const { address, behind } of alertmanagers) {
    metric('gauge', 'gate_behind_alerts', 'Alerts that an Alertmanager still lacks.', s.gate.open ? behind : 0, {
      alertmanager: address,
    });
  }
  for (const { address, error } of alertmanagers) {
    metric('gauge', 'gate_delivery_failing', '1 while the last delivery failed.', error !== null, {
      alertmanager: address,
    });
  }
}

/** Of parts that not every node has. */
function partMetrics(s: AgentStatus, metric: Metric): void {
  if (s.scrub !== undefined) scrubMetrics(s.scrub, metric);
  if (s.backfill !== undefined) backfillMetrics(s.backfill, metric);
  if (s.volume !== undefined) volumeMetrics(s.volume, metric);
  if (s.sidecar) uploadMetrics(s.sidecar, metric);
  if (s.secrets !== undefined) secretMetrics(s.secrets, metric);
}

function scrubMetrics(scrub: ScrubStatus, metric: Metric): void {
  metric(
    'gauge',
    'scrub_corruption',
    'Corruption of the TSDB that the last pass of the scrub found.',
    scrub.corruption.length,
  );
  metric('gauge', 'scrub_set_aside', 'Incidents of which corrupted files are kept.', scrub.quarantine.length);
  metric('counter', 'scrub_passes_total', 'Passes of the scrub since the agent started.', scrub.passes);
  metric('gauge', 'scrub_failing', '1 when the last pass of the scrub failed.', scrub.error !== null);
  metric('gauge', 'scrub_last_pass_timestamp_seconds', 'When the last pass began.', seconds(scrub.lastPassAt));
  metric('gauge', 'scrub_last_pass_seconds', 'How long the last pass took.', (scrub.lastPassMs ?? 0) / 1000);
  metric('gauge', 'scrub_last_pass_bytes', 'How much the last pass read.', scrub.lastPassBytes ?? 0);
}

/** A secret's name is one of config/cluster.ts; of its value nothing is said. */
function secretMetrics(secrets: SecretsStatus, metric: Metric): void {
  metric('gauge', 'secrets_declared', 'Secrets that the configuration declares.', secrets.declared);
  metric('gauge', 'secrets_missing', 'Secrets without a value: who needs them fails.', secrets.missing.length);
  metric(
    'gauge',
    'secrets_not_renewed',
    'Secrets of which an earlier value is used, as none could be fetched.',
    secrets.notRenewed.length,
  );
  metric(
    'gauge',
    'secrets_copy_failing',
    '1 while the last good copy cannot be written.',
    secrets.copyProblem !== null,
  );
  metric(
    'gauge',
    'secrets_fetched_timestamp_seconds',
    'When all secrets were last fetched; 0 for never.',
    seconds(secrets.fetchedAt),
  );
}

function backfillMetrics(backfill: BackfillStatus, metric: Metric): void {
  metric('counter', 'backfill_samples_total', 'Samples fetched from other nodes.', backfill.samples);
  metric('counter', 'backfill_refused_total', 'Such samples that Prometheus did not take.', backfill.refused);
  metric('gauge', 'backfill_busy', '1 while samples are compared with another node.', backfill.busy);
  metric('gauge', 'backfill_failing', '1 when the last attempt failed.', backfill.error !== null);
  const whole = seconds(backfill.completeUntil);
  metric(
    'gauge',
    'backfill_whole_until_timestamp_seconds',
    'Until when nothing is missing that another node has.',
    whole,
  );
}

function volumeMetrics({ trouble, freeBytes, totalBytes }: VolumeStatus, metric: Metric): void {
  metric('gauge', 'volume_trouble', '1 while the data volume is full, read-only, stalled or gone.', trouble !== null);
  if (freeBytes === null || totalBytes === null) return;
  metric('gauge', 'volume_free_bytes', 'What is free on the data volume.', freeBytes);
  metric('gauge', 'volume_size_bytes', 'How large the data volume is.', totalBytes);
}

function uploadMetrics({ uploadAgeMs, waitingBlocks }: SidecarStatus, metric: Metric): void {
  metric('gauge', 'upload_waiting_blocks', 'Blocks on disk that still wait for their upload.', waitingBlocks);
  if (uploadAgeMs === null) return;
  metric(
    'gauge',
    'upload_age_seconds',
    'Since the newest uploaded block was made, or could have been for the first time.',
    uploadAgeMs / 1000,
  );
}
