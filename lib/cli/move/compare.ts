import type { S3Client } from '@aws-sdk/client-s3';
import { isWithheld } from '../../core/failover/withheld';
import { compareAlerts, type SystemsCompared, type Difference } from '../../core/moving/compare';
import type { ClusterHandle } from '../cluster/cluster';
import { Server } from '../import/ask';
import { alertsOf, readOurs, type Ours } from './sides';

/** What `promha move compare --json` prints. */
export interface CompareReport extends SystemsCompared {
  readonly old: string;
  /** Until when this cluster tells nobody, ISO 8601; null: it tells. */
  readonly withheldUntil: string | null;
  /** From when on all `for` have had their time here, ISO 8601. */
  readonly readyAt: string;
  readonly isReady: boolean;
  /** Either would tell the same. */
  readonly agrees: boolean;
}

/** Asks both sides. @throws Unreachable */
export async function compareSides(
  old: string,
  handles: readonly ClusterHandle[],
  s3: S3Client,
  without: readonly string[],
): Promise<{ readonly report: CompareReport; readonly ours: readonly Ours[] }> {
  const [theirs, ours] = await Promise.all([alertsOf(old), Promise.all(handles.map((handle) => readOurs(handle, s3)))]);
  const compared = compareAlerts({
    old: theirs,
    ours: { firing: ours.flatMap(({ firing }) => firing), pending: ours.flatMap(({ pending }) => pending) },
    rules: new Set(ours.flatMap(({ rules }) => rules)),
    without,
  });
  const now = Date.now();
  const readyAt = Math.max(...ours.map((one) => one.readyAt));
  const isHeld = ours.every(({ assignment }) => isWithheld(assignment, now));
  const untils = ours.flatMap(({ assignment }) => assignment.withheld?.until ?? []).sort();
  const report = {
    ...compared,
    old: new Server(old).url,
    withheldUntil: isHeld ? untils[0]! : null,
    readyAt: new Date(readyAt).toISOString(),
    isReady: readyAt <= now,
    agrees: compared.onlyOld.length + compared.onlyNew.length === 0,
  };
  return { report, ours };
}

export function renderComparison(r: CompareReport): string {
  const lines = (title: string, differences: readonly Difference[]): string[] =>
    differences.map(({ labels, because }) => `${title}: ${inWords(labels)}\n    ${because}`);
  return [
    `${r.same} alerts fire in ${r.old} and here, ${r.onlyOld.length} only there, ${r.onlyNew.length} only here.`,
    ...lines('only old', r.onlyOld),
    ...lines('only new', r.onlyNew),
    ...r.suspects.map(
      (name) => `note: ${name} is on all alerts of one side and on none of the other: --without ${name} leaves it out`,
    ),
    r.isReady
      ? 'Each Prometheus here has run for longer than the longest `for` with its `keep_firing_for`.'
      : `The longest \`for\` with its \`keep_firing_for\` is over at ${r.readyAt}: until then what is only old may be pending here.`,
    r.withheldUntil === null ? 'This cluster tells its alerts.' : `This cluster tells nobody until ${r.withheldUntil}.`,
    '',
  ].join('\n');
}

const inWords = (labels: Readonly<Record<string, string>>): string =>
  `{${Object.entries(labels)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(', ')}}`;
