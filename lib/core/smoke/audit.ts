import type { Measurements } from '../../contract/check';
import type { AuditReport } from '../audit/audit-report';

/** What an audit found, in the figures of a smoke test. `unseen`: parts that could not be looked at. */
export function auditMeasured({ targets }: Pick<AuditReport, 'targets'>, unseen: readonly string[]): Measurements {
  const gaps = targets.map(({ deduplicated }) => deduplicated.gaps);
  const missing = (of: (gap: (typeof gaps)[number][number]) => boolean): number[] =>
    gaps.map((all) => all.filter(of).reduce((sum, gap) => sum + gap.missing, 0));
  const lost = missing(({ heldBy }) => heldBy.length === 0);
  return {
    targets: targets.length,
    samplesLost: lost.reduce((sum, n) => sum + n, 0),
    passedOver: Math.max(0, ...missing(({ heldBy }) => heldBy.length > 0)),
    notLookedAt: unseen.length,
  };
}
