import type { StatusReport } from '../status/status';
import type { SmokeStep } from './limits';

/** What whoever asks has to know beforehand. */
export interface SmokePlan {
  readonly kind: 'go';
  readonly says: readonly string[];
}

/** Nothing may be done, and what to do about it. */
export interface SmokeRefusal {
  readonly kind: 'refuse';
  readonly because: string;
  readonly fix: string;
}

/** One sentence of each: what is done, and how it is undone. */
const DOES: Readonly<Record<SmokeStep, (cluster: string) => string>> = {
  alarm: (cluster) =>
    `alarm: sets the alarm ${smokeAlarm(cluster)} to ALARM, which sends a real mail to whoever subscribed, and back.`,
  failover: () => "failover: SIGKILL of the alerting node's Prometheus, by Systems Manager; its agent starts it again.",
  restore: () =>
    'restore: makes a volume of a snapshot, which a standby mounts beside its own, reads and opens; it is deleted. No data volume is touched.',
  fallback: (cluster) =>
    `fallback: sets the desired count of the ECS service ${queryService(cluster)} to 0, and back: queries fail for up to two minutes.`,
  audit: () => 'audit: reads what each replica has of all of this time. Changes nothing.',
};

/** A deployed alarm that calls no function: nothing but a mail comes of it. */
export const smokeAlarm = (cluster: string): string => `${cluster}-relay-errors`;
export const queryService = (cluster: string): string => `${cluster}-query`;

/** Whether to begin: what happens then has to be the smoke test's doing, and be survived. */
export function planSmoke(report: StatusReport, steps: readonly SmokeStep[]): SmokePlan | SmokeRefusal {
  const { cluster, shard, healthy, problems, active } = report;
  if (!healthy || active === null) {
    return {
      kind: 'refuse',
      because: `Something is wrong already: ${problems.join(' ')}`,
      fix: 'fix that first; `promha status` says when all is well',
    };
  }
  return {
    kind: 'go',
    says: [
      `Cluster ${cluster}, shard ${shard}: ${active} alerts. This takes up to half an hour, and alarms about it may ring:`,
      ...steps.map((step) => `  ${DOES[step](cluster)}`),
      'Ctrl-C undoes what has been done so far. Alerting does not move back by itself afterwards.',
    ],
  };
}
