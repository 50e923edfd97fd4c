import type { NodeReport } from './node-report';

interface Column {
  readonly title: string;
  readonly of: (node: NodeReport) => string;
  /** The higher, the sooner it goes where the table is too wide; 0: never. */
  readonly spare: number;
}

const NOTHING = '-';

const COLUMNS: readonly Column[] = [
  { title: 'NODE', of: (n) => n.node, spare: 0 },
  { title: 'ROLE', of: (n) => n.role, spare: 0 },
  { title: 'GATE', of: (n) => n.gate, spare: 0 },
  { title: 'READY', of: (n) => (n.ready ? 'yes' : 'NO'), spare: 0 },
  {
    title: 'LAST SCRAPE',
    of: (n) => (n.scrapeLagMs === null ? NOTHING : `${(n.scrapeLagMs / 1000).toFixed(1)} s`),
    spare: 1,
  },
  { title: 'PROFILE', of: (n) => n.scrapeProfile ?? NOTHING, spare: 3 },
  { title: 'VOLUME', of: (n) => n.volumeId ?? NOTHING, spare: 5 },
  { title: 'ADDRESS', of: (n) => n.address ?? NOTHING, spare: 2 },
  { title: 'ZONE', of: (n) => n.zone ?? NOTHING, spare: 4 },
  { title: 'WRONG', of: (n) => n.wrong || NOTHING, spare: 0 },
];

/** One line for each node, in at most so many columns if that can be had: `--json` always has everything. */
export function nodeTable(nodes: readonly NodeReport[], columns: number): string[] {
  // Where nothing is wrong, the column that says so is left out before any that says something.
  const silent = COLUMNS.filter((c) => c.title === 'WRONG' && nodes.every((n) => n.wrong === ''));
  const going = [...silent, ...COLUMNS.filter((c) => c.spare > 0).sort((a, b) => b.spare - a.spare)];
  let shown = COLUMNS;
  let lines = render(nodes, shown);
  for (const next of going) {
    if (Math.max(...lines.map((line) => line.length)) <= columns) break;
    shown = shown.filter((c) => c !== next);
    lines = render(nodes, shown);
  }
  return lines;
}

function render(nodes: readonly NodeReport[], columns: readonly Column[]): string[] {
  const rows = [columns.map((c) => c.title), ...nodes.map((n) => columns.map((c) => c.of(n)))];
  const widths = columns.map((_, i) => Math.max(...rows.map((row) => row[i]!.length)));
  return rows.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i]!))
      .join('  ')
      .trimEnd(),
  );
}
