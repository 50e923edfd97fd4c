import { nodeTable } from './node-table';
import { volumeLines } from './volume-status';
import { remedyLine } from '../remedies/remedy-lease';
import type { StatusReport } from './status';

/** The report for a person: what is wrong first. Columns that say least go where they do not fit. */
export function renderStatus(r: StatusReport, now: number, columns = Infinity): string {
  return [
    r.healthy
      ? `${r.cluster}, shard ${r.shard}: all well${r.nodes.some((n) => n.isPriming) ? '; some of it has just started' : ''}.`
      : `${r.cluster}, shard ${r.shard}: ${r.problems.length} problem(s).`,
    ...r.problems.map((p) => `  ! ${p}`),
    ...r.notes.map((note) => `  · ${note}`),
    '',
    whoAlerts(r),
    r.alerting === null
      ? 'No watchdog alert has been delivered end to end yet.'
      : `The last watchdog alert was delivered end to end ${Math.round(r.alerting.ageMs / 1000)} s ago (${r.alerting.node}).`,
    ...(r.defaultPolicyBecause === null ? [] : [`Judged by the default policy: ${r.defaultPolicyBecause}.`]),
    ...r.remedies.map((record) => remedyLine(record, now)),
    '',
    ...nodeTable(r.nodes, columns),
    '',
    ...volumeLines(r.volumes, now),
    ...quarantineLines(r),
  ].join('\n');
}

function whoAlerts({ assignmentUnusable, active, epoch, since, reason, nodes }: StatusReport): string {
  if (active !== null) return `${active} alerts, epoch ${epoch}, since ${since}.\nWhy: ${reason}`;
  if (assignmentUnusable === null) return 'Nobody is assigned.';
  const open = nodes.filter((n) => n.gate === 'open').map((n) => n.node);
  return `Who is assigned cannot be read. Nodes keep their roles; open gates by their own account: ${open.join(', ') || 'none'}.`;
}

function quarantineLines({ quarantine }: StatusReport): string[] {
  if (quarantine.length === 0) return [];
  const lines = quarantine.map(
    ({ node, incident, expires, because }) =>
      `  ${node}, ${incident}, until ${expires ?? 'somebody looks'}: ${because.join('; ')}`,
  );
  return ['Kept of corruption that was quarantined:', ...lines, ''];
}
