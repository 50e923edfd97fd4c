import { stringify } from 'yaml';

interface MixinAlert {
  readonly alert: string;
  readonly expr: string;
  readonly for: string;
  readonly severity: 'page' | 'ticket';
  readonly summary: string;
  /** A page of docs/runbook/. */
  readonly runbook: string;
}

const AGENT = 'prometheus_ha_agent_';

/**
 * What the cluster's CloudWatch alarms say, as far as Prometheus sees it itself: for whoever watches this cluster with another
 * Prometheus, or wants it on one page with the rest. The nodes do not load them: a Prometheus that does not run says nothing.
 */
export const MIXIN_ALERTS: readonly MixinAlert[] = [
  {
    alert: 'PrometheusHANobodyAlerts',
    expr: `sum by (cluster, shard) (${AGENT}gate_open) == 0`,
    for: '30s',
    severity: 'page',
    summary: 'No node of shard {{ $labels.shard }} has an open gate: nobody is notified of anything',
    runbook: 'alerting-node-unhealthy',
  },
  {
    alert: 'PrometheusHANotificationsStuck',
    expr: `min by (cluster, shard, node) (${AGENT}gate_delivery_failing) == 1`,
    for: '1m',
    severity: 'page',
    summary: '{{ $labels.node }} reaches no Alertmanager',
    runbook: 'alerting-silent',
  },
  {
    alert: 'PrometheusHAAlertRefused',
    expr: `max by (cluster, shard, node) (increase(${AGENT}gate_refused_alerts_total[10m])) > 0`,
    for: '0s',
    severity: 'ticket',
    summary: 'An Alertmanager refuses {{ $value }} alert(s) of {{ $labels.node }}: its log says which (alert-refused)',
    runbook: 'notifications-undelivered',
  },
  {
    alert: 'PrometheusHANoStandby',
    expr: `sum by (cluster, shard) (${AGENT}gate_primed) < 2`,
    for: '10m',
    severity: 'ticket',
    summary: 'Fewer than two nodes of shard {{ $labels.shard }} could alert',
    runbook: 'no-standby',
  },
  {
    alert: 'PrometheusHACorruption',
    expr: `max by (cluster, shard, node) (${AGENT}scrub_corruption) > 0`,
    for: '5m',
    severity: 'ticket',
    summary: 'The TSDB of {{ $labels.node }} is corrupt, and its repair is still to come',
    runbook: 'tsdb-corrupt',
  },
  {
    alert: 'PrometheusHAVolumeFillsUp',
    expr: `${AGENT}volume_free_bytes / ${AGENT}volume_size_bytes < 0.15`,
    for: '5m',
    severity: 'ticket',
    summary: '{{ $labels.node }} has {{ $value | humanizePercentage }} of its data volume left',
    runbook: 'volume-full',
  },
  {
    alert: 'PrometheusHABackfillBehind',
    expr: `time() - ${AGENT}backfill_whole_until_timestamp_seconds > 1800`,
    for: '5m',
    severity: 'ticket',
    summary: '{{ $labels.node }} does not know whether it lacks samples of the last {{ $value | humanizeDuration }}',
    runbook: 'audit-after-an-incident',
  },
  {
    alert: 'PrometheusHANoBlockUpload',
    expr: `${AGENT}upload_age_seconds > 14400`,
    for: '10m',
    severity: 'ticket',
    summary: '{{ $labels.node }} has uploaded no block for {{ $value | humanizeDuration }}',
    runbook: 'no-block-upload',
  },
  {
    alert: 'PrometheusHAControlBucketUnreachable',
    expr: `${AGENT}store_reachable == 0`,
    for: '2m',
    severity: 'ticket',
    summary: '{{ $labels.node }} cannot read the control bucket: it keeps its role, whatever is decided there',
    runbook: 'control-plane-silent',
  },
];

/** A file of rules. `runbookOf`: where a page of the runbook is. */
export function mixinRules(runbookOf: (page: string) => string): string {
  const rules = MIXIN_ALERTS.map(({ alert, expr, for: pending, severity, summary, runbook }) => ({
    alert,
    expr,
    for: pending,
    labels: { severity },
    annotations: { summary, runbook_url: runbookOf(runbook) },
  }));
  return stringify({ groups: [{ name: 'prometheus-ha-cluster', rules }] }, { lineWidth: 0 });
}
