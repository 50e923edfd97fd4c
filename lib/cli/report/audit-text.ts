import type { AuditReport, Gap, TargetReport, ViewReport } from '../../core/audit/audit-report';

/** Targets without a gap are listed one by one only up to so many. */
const WHOLE_SHOWN = 20;
const GAPS_SHOWN = 50;

/** For the terminal: the verdict, what is wrong first, then the table, then every gap. */
export function renderAudit(report: AuditReport): string {
  const bad = report.targets.filter((t) => t.verdict !== 'whole');
  const whole = report.targets.filter((t) => t.verdict === 'whole');
  const shown = [...bad, ...(whole.length > WHOLE_SHOWN ? [] : whole)];
  const lines = [
    headline(report),
    `${clock(report.from, true)} to ${clock(report.to)} UTC`,
    ...report.notes.map((note) => `! ${note}`),
    '',
    ...(shown.length === 0 ? [] : table(shown)),
    ...(whole.length > WHOLE_SHOWN ? [`${whole.length} targets without a gap in any view`] : []),
    ...gapLines(bad, report),
    ...absenceLines(report.targets),
  ];
  return `${lines.join('\n')}\n`;
}

/** One sentence that answers the question. */
export function headline({ verdict, targets, deduplicatedBy, unseenReplicas }: AuditReport): string {
  const where = deduplicatedBy === 'thanos' ? 'in the deduplicated view' : 'in the replicas together (no Thanos)';
  if (targets.length === 0) return 'NOTHING SEEN: no view has a sample of any target.';
  const count = (v: TargetReport['verdict']): number => targets.filter((t) => t.verdict === v).length;
  const lost = targets.reduce((sum, t) => sum + t.deduplicated.missing, 0);
  switch (verdict) {
    case 'gaps':
      return `GAPS: ${lost} samples of ${count('gaps')} of ${targets.length} targets are missing ${where}; ${whoHas(targets, unseenReplicas)}.`;
    case 'hidden':
      return `NO GAP ${where}; replicas have gaps in ${count('hidden')} of ${targets.length} targets, all of them hidden.`;
    case 'whole':
      return `NO GAP ${where}, nor in any replica: ${targets.length} targets.`;
  }
}

/** Whether what is missing is lost: the first thing that one wants to know. */
function whoHas(targets: readonly TargetReport[], unseen: readonly string[]): string {
  const gaps = targets.flatMap((t) => t.deduplicated.gaps);
  const gone = gaps.filter((gap) => gap.heldBy.length === 0).reduce((sum, gap) => sum + gap.missing, 0);
  if (gone === 0) return 'none is lost: in each gap a replica has samples';
  const all = gone === gaps.reduce((sum, gap) => sum + gap.missing, 0);
  const perhaps = unseen.length === 0 ? '' : `, ${unseen.join(' and ')} may`;
  return all ? `${nobody(unseen)} them${perhaps}` : `${gone} ${nobody(unseen)}${perhaps}`;
}

const nobody = (unseen: readonly string[]): string =>
  unseen.length === 0 ? 'no replica has' : 'no replica that answered has';

/** What a gap means, in a person's words. */
export function explainGap(
  view: ViewReport,
  gap: Gap,
  target: TargetReport,
  { unseenReplicas }: Pick<AuditReport, 'unseenReplicas'>,
): string {
  const missing = `${gap.missing} missing`;
  if (view !== target.deduplicated) return gap.hidden ? `${missing}, hidden` : `${missing}, not all of them hidden`;
  if (gap.heldBy.length === 0) return `${missing}: ${nobody(unseenReplicas)} them`;
  return `${missing}: ${gap.heldBy.join(' and ')} ${gap.heldBy.length > 1 ? 'have' : 'has'} them, deduplication does not show them`;
}

/** HH:MM:SS.s, UTC; with the day when asked for. */
export function clock(at: number, day = false): string {
  const iso = new Date(Math.round(at / 100) * 100).toISOString();
  return `${day ? `${iso.slice(0, 10)} ` : ''}${iso.slice(11, 21)}`;
}

export const nameOf = (t: TargetReport): string => `${t.job} ${t.instance}`;

/** How one cell of a view reads: what is there, and what is missing of it. */
export const cellOf = (view: ViewReport): string =>
  `${view.present}${view.missing > 0 ? ` (−${view.missing})` : ''}${view.down > 0 ? ` ${view.down} down` : ''}`;

const MARK = { gaps: '!!', hidden: ' ~', whole: '  ' } as const;

function table(targets: readonly TargetReport[]): string[] {
  const views = [...targets[0]!.replicas, targets[0]!.deduplicated].map((v) => v.view);
  const rows = [
    ['', 'target', 'every', 'expected', ...views],
    ...targets.map((t) => [
      MARK[t.verdict],
      `${nameOf(t)}${t.appeared ? ` since ${clock(t.from)}` : ''}${t.vanished ? ` until ${clock(t.to)}` : ''}`,
      `${t.intervalMs / 1000} s`,
      String(t.deduplicated.expected),
      ...[...t.replicas, t.deduplicated].map(cellOf),
    ]),
  ];
  const width = rows[0]!.map((_, i) => Math.max(...rows.map((row) => row[i]!.length)));
  return rows.map((row) =>
    row
      .map((cell, i) => (i < 2 ? cell.padEnd(width[i]!) : cell.padStart(width[i]!)))
      .join('  ')
      .trimEnd(),
  );
}

function absenceLines(targets: readonly TargetReport[]): string[] {
  const lines = targets.flatMap((t) =>
    t.absences.map(({ from, to }) => `  ${clock(from)} – ${clock(to)}  ${nameOf(t)}`),
  );
  return lines.length === 0 ? [] : ['', 'no target in between, so nothing is missing', ...lines];
}

function gapLines(targets: readonly TargetReport[], report: AuditReport): string[] {
  const all = targets.flatMap((t) =>
    [t.deduplicated, ...t.replicas].flatMap((view) =>
      view.gaps.map(
        (gap) =>
          `  ${clock(gap.from)} – ${clock(gap.to)}  ${nameOf(t)}, ${view.view}: ${explainGap(view, gap, t, report)}`,
      ),
    ),
  );
  if (all.length === 0) return [];
  const rest = all.length > GAPS_SHOWN ? [`  and ${all.length - GAPS_SHOWN} more: --json or --html has all`] : [];
  return ['', 'gaps, from the last sample before to the first one after', ...all.slice(0, GAPS_SHOWN), ...rest];
}
