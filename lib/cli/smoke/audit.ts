import { auditMeasured } from '../../core/smoke/audit';
import { readAudit } from '../commands/audit';
import type { Measured, SmokeDeps } from './deps';

/** Of all of the time since, what each replica has and what a deduplicated query shows. */
export async function auditSince(
  { handle, s3 }: Pick<SmokeDeps, 'handle' | 's3'>,
  startedAt: number,
): Promise<Measured> {
  const { report, unseen } = await readAudit(handle, s3, { rangeMs: Date.now() - startedAt });
  const gaps = report.targets
    .filter(({ deduplicated }) => deduplicated.missing > 0)
    .map(({ job, instance, deduplicated: { missing, gaps: where } }) => {
      const [first] = where;
      return `${job} ${instance}: ${missing} samples missing, first ${new Date(first!.from).toISOString()}; held by ${first!.heldBy.join(', ') || 'no replica'}.`;
    });
  return { measurements: auditMeasured(report, unseen), findings: [...unseen, ...gaps] };
}
