import { inOneLine } from '../../contract/errors';
import { settingsAsText } from './cluster-file';
import type { Plan } from './plan';
import type { Written } from './write';

/** An import as it is shown, before or after it was written. */
export interface ImportReport {
  readonly from: string;
  readonly to: string;
  readonly clusterFile: string;
  readonly applied: boolean;
  readonly plan: Plan;
  readonly written: readonly Written[];
  /** Files that lie there and are different: nothing was written because of them. */
  readonly inTheWay: readonly string[];
}

const MOST_WARNINGS = 40;

export function renderImport(report: ImportReport): string {
  const { plan, written, inTheWay, applied, clusterFile } = report;
  const { changes, told, secrets, left, warnings, unchecked } = plan;
  const settings = settingsAsText(plan.settings);
  const sections = [
    section(applied ? 'written' : 'would be written', written.map(fileLine)),
    section(plan.cluster === null ? `to be added to ${clusterFile} by hand` : `added to ${clusterFile}`, settings),
    section(
      'changed in the files',
      changes.map(({ file, line, what, why }) => `${file}:${line}: ${what}: ${why}`),
    ),
    section(
      'secrets to be kept in Secrets Manager before the deploy',
      secrets.map(({ name, from, value }) => `${name}  ${VALUES[value]} (${from})`),
    ),
    section('to know', told),
    section('warnings of the check', [
      ...warnings.slice(0, MOST_WARNINGS),
      ...(warnings.length > MOST_WARNINGS ? [`and ${warnings.length - MOST_WARNINGS} more: npm run check`] : []),
    ]),
    section('not checked here', unchecked),
    section('left for you: the check refuses this', left.map(inOneLine)),
    section('in the way: these files are there and differ', inTheWay),
  ];
  return `${[...sections.filter((text) => text !== ''), lastLine(report)].join('\n\n')}\n`;
}

const VALUES = {
  'in clear': 'stood in clear',
  'in a file': 'is in that file',
  'in the environment': 'was in the environment of the old server',
  'not told': 'the server does not tell it',
} as const;

const section = (title: string, lines: readonly string[]): string =>
  lines.length === 0 ? '' : [`${title}:`, ...lines.map((line) => `  ${line}`)].join('\n');

const fileLine = ({ file, before }: Written): string =>
  `${file}${before === 'nothing' ? '' : before === 'the same' ? ' (as it is there)' : ' (there is another one)'}`;

function lastLine({ applied, inTheWay, plan }: ImportReport): string {
  if (inTheWay.length > 0) return 'Nothing was written. --force overwrites them; --to DIR writes elsewhere.';
  const sound = plan.left.length === 0 ? 'The check accepts it.' : `The check refuses ${plan.left.length} of it.`;
  return applied ? `Written. ${sound}` : `Nothing was written: --apply writes it. ${sound}`;
}

export function importAsJson(report: ImportReport): object {
  const { plan, from, to, applied, written, inTheWay } = report;
  const { settings, secrets, changes, told, left, warnings, unchecked } = plan;
  return {
    from,
    to,
    applied,
    ok: left.length === 0 && inTheWay.length === 0,
    files: written,
    inTheWay,
    settings,
    secrets,
    changes,
    told,
    left: left.map(({ problem }) => problem),
    warnings,
    unchecked,
  };
}
