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
  { title: 'PROFILE', of: profile, spare: 3 },
  { title: 'VOLUME', of: (n) => n.volumeId ?? NOTHING, spare: 5 },
  { title: 'ADDRESS', of: (n) => n.address ?? NOTHING, spare: 2 },
  { title: 'ZONE', of: (n) => n.zone ?? NOTHING, spare: 4 },
  { title: 'WRONG', of: (n) => n.wrong || NOTHING, spare: 0 },
];

function profile({ slowScrapeMs, scrapeProfile }: NodeReport): string {
  if (slowScrapeMs === null) return scrapeProfile ?? NOTHING;
  return `${scrapeProfile ?? '?'}, every ${slowScrapeMs / 1000} s`;
}

/** One line for each node, in at most so many columns if that can be had: `--json` always has everything. */
export function nodeTable(nodes: readonly NodeReport[], columns: number): string[] {
  // A column in which nothing is said is left out of a table that is too wide before any that says something.
  const empty = (c: Column): boolean => nodes.every((n) => c.of(n) === NOTHING);
  let shown = [...COLUMNS];
  for (;;) {
    const lines = render(nodes, shown);
    if (Math.max(...lines.map((line) => line.length)) <= columns) return lines;
    const spare = shown.find((c) => c.title === 'WRONG' && empty(c)) ?? most(shown.filter((c) => c.spare > 0));
    if (spare === undefined) return lines;
    shown = shown.filter((c) => c !== spare);
  }
}

const most = (columns: readonly Column[]): Column | undefined => [...columns].sort((a, b) => b.spare - a.spare)[0];

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
