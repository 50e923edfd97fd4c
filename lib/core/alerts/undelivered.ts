import { OWN_JOBS } from '../../contract/own-jobs';

/** Alertmanager tries a receiver again with each group_interval, five minutes by default: so far back what still fails shows. */
const LOOKS_BACK_MS = 10 * 60_000;
/** While the agent was away, Prometheus had nobody to post to; since then it has posted all that fires once more. */
const AGENT_STARTS_MS = 60_000;

const [PROMETHEUS, ALERTMANAGER, AGENT] = OWN_JOBS;
const COUNTERS = [
  'prometheus_notifications_dropped_total',
  'alertmanager_notifications_failed_total',
  'prometheus_ha_agent_gate_refused_alerts_total',
];
/** Alertmanager was reloaded or ended while it notified; the one after it does so again. */
const BROKEN_OFF = 'contextCanceled';

/** So many were lost, by the labels of the counter. */
export interface Lost {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/**
 * PromQL of what a node did not deliver lately: alerts that Prometheus dropped before the gate, alerts that an Alertmanager refused, and
 * notifications that it gave up. null: its agent has not run for long enough to know. `agentRunsMs`: for how long it has.
 */
export function undeliveredQuery(node: string, agentRunsMs: number): string | null {
  const backS = Math.floor(Math.min(LOOKS_BACK_MS, agentRunsMs - AGENT_STARTS_MS) / 1000);
  if (backS <= 0) return null;
  const which = `__name__=~"${COUNTERS.join('|')}",node="${node}",reason!="${BROKEN_OFF}"`;
  return `sum by (job, integration, reason) (increase({${which}}[${backS}s])) > 0`;
}

/** In a person's words, one sentence each. */
export function undeliveredSaid(lost: readonly Lost[]): string[] {
  return lost.flatMap(({ labels, value }) => {
    const count = Math.max(1, Math.round(value));
    if (labels.job === PROMETHEUS)
      return [`its Prometheus dropped ${count} posts of alerts: its queue was full, or the gate did not take them`];
    if (labels.job === AGENT)
      return [
        `an Alertmanager refused ${count} alerts for what is in them: the agent's log names them (alert-refused)`,
      ];
    if (labels.job !== ALERTMANAGER) return [];
    const { integration = '?', reason = '?' } = labels;
    return [`its Alertmanager gave up ${count} notifications by ${integration} (${reason})`];
  });
}
