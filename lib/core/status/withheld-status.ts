import { hasRunOut } from '../failover/withheld';
import type { ClusterView } from './cluster-view';

/** That nobody is told of alerts, or was for longer than meant: one sentence, or none. */
export function withheldProblems({ assignment, withheld }: ClusterView, now: number): string[] {
  if (assignment?.withheld === undefined) return [];
  const { by, since, until, reason } = assignment.withheld;
  if (hasRunOut(assignment, now))
    return [
      `Alerts were WITHHELD until ${until} and are told since: \`promha move tell\` says that the move is over. Another system may tell them too.`,
    ];
  const firing = withheld?.get(assignment.active);
  const count = firing === undefined ? 'an unknown number fire' : `${firing} fire${firing === 1 ? 's' : ''}`;
  return [
    `Alerts are WITHHELD from everybody by ${by} since ${since}, until ${until}: ${reason}. Of them ${count} now.`,
  ];
}
