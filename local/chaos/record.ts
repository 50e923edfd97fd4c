import { ownDocument } from '../../lib/shell/local/own-document';
import {
  anything,
  fields,
  listOf,
  mapOf,
  nullable,
  number,
  optional,
  text,
  version1,
  whole,
} from '../../lib/contract/shape';
import type { Measurements } from '../../lib/contract/check';
import type { PlannedIncident } from './plan';

const shape = fields({
  version: version1,
  seed: whole,
  faults: whole,
  incidents: listOf(
    fields({
      number: whole,
      seed: whole,
      commit: text,
      at: text,
      faults: listOf(anything),
      alerts: listOf(anything),
      measurements: mapOf(text, nullable(number)),
      findings: listOf(text),
      error: optional(text),
    }),
  ),
});
const CHAOS = ownDocument('record of chaos', shape);

/** An incident that came to its end, or why it did not. */
export interface PlayedIncident extends PlannedIncident {
  /** Of this project, as it was played. */
  readonly commit: string;
  /** When it began, ISO 8601. */
  readonly at: string;
  readonly measurements: Measurements;
  /** What differed from the oracle, one sentence each. */
  readonly findings: readonly string[];
  readonly error?: string;
}

/** The JSON of `--json`, with `totals` and `problems` for whoever reads it. */
export interface ChaosRecord {
  readonly seed: number;
  /** How many were asked for. */
  readonly faults: number;
  readonly incidents: readonly PlayedIncident[];
}

/** @throws UserError when it is none */
export const parseChaosRecord = (json: string, where: string): ChaosRecord =>
  CHAOS.parse(json, where) as unknown as ChaosRecord;

export function recordText({ seed, faults, incidents }: ChaosRecord): string {
  const record = { version: 1, seed, faults, incidents };
  return `${JSON.stringify({ ...record, totals: totalsOf(record), problems: problemsOf(record) }, null, 2)}\n`;
}

/** What is counted, and where a run of a drill says it: of ours, of the plain pair. */
const COLUMNS = {
  missed: ['missed', 'plainPairMissed'],
  'samples lost': ['samplesMissing', 'plainPairSamplesMissing'],
  doubled: ['duplicates', 'plainPairDuplicates'],
  'falsely resolved': ['falselyResolved', 'plainPairFalselyResolved'],
  unknown: ['spurious', 'plainPairSpurious'],
} as const;
type Column = keyof typeof COLUMNS;
const COLUMN_NAMES = Object.keys(COLUMNS) as Column[];

interface Counted {
  readonly ours: number;
  readonly pair: number;
}
type Totals = Readonly<Record<Column, Counted>>;

export function totalsOf({ incidents }: Pick<ChaosRecord, 'incidents'>): Totals {
  const sum = (name: string): number => incidents.reduce((all, { measurements }) => all + (measurements[name] ?? 0), 0);
  const counted = COLUMN_NAMES.map((column) => {
    const [ours, pair] = COLUMNS[column];
    return [column, { ours: sum(ours), pair: sum(pair) }] as const;
  });
  return Object.fromEntries(counted) as Totals;
}

/** When every Prometheus ends at the same moment nobody scrapes for some seconds, and no pair does. */
const UNSCRAPED_S = 8;

/**
 * At most the pair's; of what only a node that is cut off believes at most a quarter, for that is what is held back
 * (docs/decisions/0008). Without it half as much is told as a pair tells (`--mistake no-guard`).
 */
const SHARES: Partial<Record<Column, number>> = { unknown: 1 / 4 };

/** Why it does not hold, one sentence each: nothing is missed, nothing lost, and the rest is at most the pair's. */
export function problemsOf({ incidents }: Pick<ChaosRecord, 'incidents'>): string[] {
  const each = incidents.flatMap(({ number: which, error, measurements }) => {
    const { missed, samplesMissing, unscraped, oracleIncidents, forTimerOff } = measurements;
    if (error !== undefined) return [`incident ${which}: ${error}`];
    return [
      ...((missed ?? 1) > 0 ? [`incident ${which}: ${missed ?? 'nobody knows how many'} notifications missed`] : []),
      ...(unscraped === undefined && (samplesMissing ?? 1) > 0
        ? [`incident ${which}: ${samplesMissing ?? 'nobody knows how many'} samples that no node has`]
        : []),
      ...((unscraped ?? 0) > UNSCRAPED_S ? [`incident ${which}: nobody scraped for ${unscraped} s`] : []),
      ...((oracleIncidents ?? 0) < 3 ? [`incident ${which}: the oracle saw too little to judge by`] : []),
      ...((forTimerOff ?? 0) > 1 + UNSCRAPED_S ? [`incident ${which}: a \`for\` was ${forTimerOff} s off`] : []),
    ];
  });
  const totals = totalsOf({ incidents });
  const others = (['doubled', 'falsely resolved', 'unknown'] as const).filter(
    (c) => totals[c].ours > (SHARES[c] ?? 1) * totals[c].pair,
  );
  return [...each, ...others.map((c) => `${c}: ${totals[c].ours}, a plain pair ${totals[c].pair}`)];
}

/** The totals as a table, and what does not hold. */
export function summaryOf(record: ChaosRecord): string {
  const { incidents } = record;
  const totals = totalsOf(record);
  const played = incidents.reduce((sum, { faults }) => sum + faults.length, 0);
  const row = (name: string, ours: unknown, pair: unknown): string =>
    `  ${name.padEnd(18)} ${String(ours).padStart(8)} ${String(pair).padStart(12)}`;
  const problems = problemsOf(record);
  return [
    `chaos, seed ${record.seed}: ${incidents.length} incidents, ${played} of ${record.faults} faults`,
    row('', 'ours', 'plain pair'),
    ...COLUMN_NAMES.map((column) => row(column, totals[column].ours, totals[column].pair)),
    ...problems.map((problem) => `  FAIL ${problem}`),
    problems.length === 0 ? 'chaos: never worse than a plain pair' : 'chaos: FAILED',
  ].join('\n');
}
