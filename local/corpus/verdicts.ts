import { IN_CLEAR, UNDECLARED } from '../../lib/infra/config/secrets/said';
import { FOREIGN } from '../../lib/infra/config/native/gives-way';

/** What a file of a user's configures. */
export type Kind = 'prometheus' | 'alertmanager';

/** One file, and what was said about it. */
export interface CorpusFile {
  readonly file: string;
  readonly kind: Kind;
  /** First complaint of promtool or amtool; null: they take it; undefined: this machine has none. */
  readonly tool: string | null | undefined;
  /** What the project has against it, in one line each, with what kind of thing each is; none: it takes it. */
  readonly problems: readonly { readonly what: string; readonly line: string }[];
  /** The message of an error that nobody meant for people. */
  readonly crashed: string | null;
}

export const FATES = ['accepted', 'for a stated reason', 'for another reason', 'crashed'] as const;
export type Fate = (typeof FATES)[number];

/** What nobody can take as it is: secrets in clear, `${NAME}` that nobody declared, Alertmanagers that nobody asked for. */
const STATED = [IN_CLEAR, UNDECLARED, FOREIGN];

export function fateOf({ problems, crashed }: Pick<CorpusFile, 'problems' | 'crashed'>): Fate {
  if (crashed !== null) return 'crashed';
  if (problems.length === 0) return 'accepted';
  const stated = problems.every(({ what }) => STATED.some((one) => what.startsWith(one)));
  return stated ? 'for a stated reason' : 'for another reason';
}

/** The table of how many, and below it each file that goes another way than it should, with the first reason. */
export function renderCorpus(judged: readonly CorpusFile[]): string {
  const rows = (['prometheus', 'alertmanager'] as const).flatMap((kind) =>
    (['take', 'refuse', 'did not see'] as const).flatMap((tool) => {
      const these = judged.filter((one) => one.kind === kind && toolOf(one) === tool);
      if (these.length === 0) return [];
      return [[`${kind}.yml that the tools ${tool}`, these.length, ...FATES.map((fate) => count(these, fate))]];
    }),
  );
  const head = ['', 'files', 'accepted', 'refused: secret, ${…}, foreign', 'refused otherwise', 'crashed'];
  const table = [head, ...rows].map((row) => row.map(String));
  const widths = head.map((_, i) => Math.max(...table.map((row) => row[i]!.length)));
  const lines = table.map((row) =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  '),
  );
  return [...lines, '', ...judged.filter(isWrong).map(reason)].join('\n');
}

const toolOf = ({ tool }: CorpusFile): 'take' | 'refuse' | 'did not see' =>
  tool === undefined ? 'did not see' : tool === null ? 'take' : 'refuse';
const count = (judged: readonly CorpusFile[], fate: Fate): number =>
  judged.filter((one) => fateOf(one) === fate).length;

/** Not as Prometheus has it: taken here and refused there, or the other way round. */
export function isWrong(judged: CorpusFile): boolean {
  const fate = fateOf(judged);
  if (fate === 'crashed') return true;
  return toolOf(judged) === 'refuse' ? fate === 'accepted' : fate === 'for another reason';
}

function reason(judged: CorpusFile): string {
  const { file, problems, crashed, tool } = judged;
  const said = crashed === null ? undefined : `crashed: ${crashed}`;
  return `${file}: ${said ?? problems[0]?.line ?? `accepted, and the tool says: ${tool}`}`;
}
