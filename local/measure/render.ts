import { MEANING } from '../drills/judge/meaning';
import type { MeasuredDrill } from './record';

/** All drills of one version of this project. */
export interface VersionFigures {
  readonly version: string;
  readonly drills: readonly MeasuredDrill[];
}

const HEAD = `# Measurements

<!-- Written by \`npm run measure\` from docs/measurements/<version>/*.json. Do not edit: a test compares. -->

What \`npm run drill\` measured, one table per version, newest first. Everything ran on one machine with an emulator in AWS's
place: each table says what was [refused and delayed as AWS does](local-run.md), and by how much; one that does not is without
the latencies of S3, Lambda and EventBridge. Each figure is judged by the oracle of the same run:
[how a drill is judged](how-drills-are-judged.md); those of drills \`boot-…\` by what is promised alone. With several runs: median / worst. A limit stands in brackets.
`;

/** Columns of their own, or of interest only when they fail. */
const OWN_COLUMN = ['accepted', 'noticedToHaproxy', 'missed', 'duplicates', 'falselyResolved', 'spurious'];
const SAID_WHEN_BROKEN = [
  'samplesMissing',
  'oracleIncidents',
  'epochs',
  'forTimerOff',
  'thanosMissing',
  'callsRefused',
];

/** docs/measurements.md. Versions come newest first, drills in the order in which they are passed. */
export function renderMeasurements(versions: readonly VersionFigures[]): string {
  return [HEAD, ...versions.map(renderVersion)].join('\n');
}

function renderVersion({ version, drills }: VersionFigures): string {
  const held = drills.filter((d) => d.passed).length;
  const rows = drills.map((d) => `| ${cellsOf(d).join(' | ')} |`);
  const broken = drills.flatMap((d) => d.failed.map((sentence) => `- \`${d.scenario}\`: ${sentence}`));
  return [
    `## ${version}`,
    '',
    `${held} of ${drills.length} drills held every check.`,
    '',
    ...circumstancesOf(drills).map((line) => `- ${line}`),
    '',
    "| drill | runs | held | fault → accepted by an Alertmanager, s | our time to notice ÷ HAProxy's | missed / doubled / falsely resolved / unknown to the oracle | samples missing | also promised |",
    '|---|---|---|---|---|---|---|---|',
    ...rows,
    ...(broken.length === 0 ? [] : ['', 'What did not hold:', '', ...broken]),
    '',
  ].join('\n');
}

/** Who ran with what: one line for all drills that ran alike. */
function circumstancesOf(drills: readonly MeasuredDrill[]): string[] {
  const alike = new Map<string, MeasuredDrill[]>();
  for (const drill of drills) {
    const programs = Object.entries(drill.programs).map(([name, version]) => `${name} ${version}`);
    const origin = drill.origin === undefined ? '' : `; ${drill.origin}`;
    const line = `${drill.cores} cores, ${drill.root ? 'as root' : 'as an ordinary user'}, ${programs.join(', ')}${inWords(drill.teeth)}${origin}`;
    alike.set(line, [...(alike.get(line) ?? []), drill]);
  }
  return [...alike].map(([line, same]) => {
    const days = same.map((d) => d.day).sort();
    const when = days[0] === days.at(-1) ? days[0] : `${days[0]} to ${days.at(-1)}`;
    const which = alike.size === 1 ? '' : `${same.length} drill${same.length === 1 ? '' : 's'}: `;
    return `${which}${line} (${when})`;
  });
}

/** `; with iam, lambda (concurrency 10), without cloudwatch` */
function inWords(teeth: MeasuredDrill['teeth']): string {
  if (teeth === undefined) return '';
  const all = Object.entries(teeth).map(([name, settings]) => {
    if (settings === null) return `without ${name}`;
    const said = Object.entries(settings).map(([setting, value]) => `${setting} ${value}`);
    return said.length === 0 ? `with ${name}` : `with ${name} (${said.join(', ')})`;
  });
  return `; ${all.join(', ')}`;
}

function cellsOf(drill: MeasuredDrill): string[] {
  const promised = Object.keys(drill.measurements)
    .filter((name) => !OWN_COLUMN.includes(name) && !SAID_WHEN_BROKEN.includes(name))
    .filter((name) => drill.measurements[name]!.limit !== undefined);
  return [
    `\`${drill.scenario}\``,
    String(drill.runs),
    drill.passed ? 'yes' : '**no**',
    withLimit(drill, 'accepted'),
    withLimit(drill, 'noticedToHaproxy'),
    ['missed', 'duplicates', 'falselyResolved', 'spurious'].map((name) => worst(drill, name)).join(' / '),
    worst(drill, 'samplesMissing'),
    promised.map((name) => `${MEANING[name]?.[1] ?? name}: ${withLimit(drill, name)}`).join('<br>'),
  ];
}

function withLimit(drill: MeasuredDrill, name: string): string {
  const text = figure(drill, name);
  if (text === null) return '–';
  const { limit } = drill.measurements[name]!;
  const unit = MEANING[name]?.[0] ?? '';
  const spaced = OWN_COLUMN.includes(name) || unit === '' ? text : `${text} ${unit}`;
  return limit === undefined ? spaced : `${spaced} (${short(limit)})`;
}

function figure(drill: MeasuredDrill, name: string): string | null {
  const found = drill.measurements[name];
  if (found === undefined) return null;
  return drill.runs === 1 ? number(found.worst) : `${number(found.median)} / ${number(found.worst)}`;
}

const worst = (drill: MeasuredDrill, name: string): string => {
  const found = drill.measurements[name];
  return found === undefined ? '–' : number(found.worst);
};

const number = (value: number): string => String(Math.round(value * 100) / 100);

const short = (limit: string): string => limit.replace('at most', '≤').replace('at least', '≥').replace('exactly', '=');
