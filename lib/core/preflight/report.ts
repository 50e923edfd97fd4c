import type { PreflightFinding, FindingLevel } from './findings';
import type { Need } from './needs';

/** What `promha preflight --json` prints. */
export interface PreflightReport {
  readonly cluster: string;
  readonly region: string;
  /** null: AWS did not say. */
  readonly account: string | null;
  /** Nothing stops a deploy, and everything could be looked at. */
  readonly ready: boolean;
  readonly needs: readonly Need[];
  /** Worst first. */
  readonly findings: readonly PreflightFinding[];
}

const ORDER: readonly FindingLevel[] = ['stop', 'unknown', 'warn', 'well'];
const MARKS: Readonly<Record<FindingLevel, string>> = { stop: '✗', unknown: '?', warn: '!', well: '✓' };

export function preflightReport(
  about: Pick<PreflightReport, 'cluster' | 'region' | 'account' | 'needs'>,
  findings: readonly PreflightFinding[],
): PreflightReport {
  const sorted = [...findings].sort((a, b) => ORDER.indexOf(a.level) - ORDER.indexOf(b.level));
  return { ...about, ready: findings.every(({ level }) => level === 'well' || level === 'warn'), findings: sorted };
}

export function renderPreflight({ cluster, region, account, ready, findings }: PreflightReport): string {
  const count = (level: FindingLevel): number => findings.filter((one) => one.level === level).length;
  const verdict = ready
    ? 'ready to deploy'
    : [
        ...(count('stop') > 0 ? [`${count('stop')} to repair before a deploy`] : []),
        ...(count('unknown') > 0 ? [`${count('unknown')} could not be looked at`] : []),
      ].join(', ');
  const lines = findings.flatMap(({ level, what, why, fix }) => [
    `${MARKS[level]} ${what}`,
    ...(why === undefined ? [] : [`    why: ${why}`]),
    ...(fix === undefined ? [] : [`    fix: ${fix}`]),
  ]);
  return `${[`${cluster} in ${region}, account ${account ?? 'not known'}: ${verdict}`, ...lines].join('\n')}\n`;
}
