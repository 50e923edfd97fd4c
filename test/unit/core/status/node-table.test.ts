import { nodeTable } from '../../../../lib/core/status/node-table';
import type { NodeReport } from '../../../../lib/core/status/node-report';

const node = (more: Partial<NodeReport> = {}): NodeReport => ({
  node: 'prometheus-1',
  role: 'active',
  address: '10.77.12.101',
  zone: 'eu-west-1a',
  volumeId: 'vol-0123456789abcdef0',
  scrapeProfile: 'normal',
  ready: true,
  scrapeLagMs: 400,
  gate: 'open',
  couldTakeOver: true,
  isPriming: false,
  wrong: '',
  ...more,
});

const titles = (columns: number, ...nodes: NodeReport[]): string[] => nodeTable(nodes, columns)[0]!.split(/ {2,}/);
const ALL = ['NODE', 'ROLE', 'GATE', 'READY', 'LAST SCRAPE', 'PROFILE', 'VOLUME', 'ADDRESS', 'ZONE', 'WRONG'];
const widthOf = (lines: readonly string[]): number => Math.max(...lines.map((line) => line.length));

test('with room enough every column is there, one below the other', () => {
  expect(nodeTable([node(), node({ node: 'p2', role: 'standby', wrong: 'it was not probed' })], Infinity)).toEqual([
    'NODE          ROLE     GATE  READY  LAST SCRAPE  PROFILE  VOLUME                 ADDRESS       ZONE        WRONG',
    'prometheus-1  active   open  yes    0.4 s        normal   vol-0123456789abcdef0  10.77.12.101  eu-west-1a  -',
    'p2            standby  open  yes    0.4 s        normal   vol-0123456789abcdef0  10.77.12.101  eu-west-1a  it was not probed',
  ]);
});

test('what is not known is a dash, and what is not ready stands out', () => {
  const unknown = { address: null, zone: null, volumeId: null, scrapeProfile: null, scrapeLagMs: null };
  const line = (more: Partial<NodeReport>): string[] => nodeTable([node(more)], Infinity)[1]!.split(/ {2,}/);
  expect(line({ ...unknown, ready: false, gate: 'unknown' })).toEqual([
    'prometheus-1',
    'active',
    'unknown',
    'NO',
    '-',
    '-',
    '-',
    '-',
    '-',
    '-',
  ]);
  expect(line({ scrapeProfile: 'reduced' })[5]).toBe('reduced');
  expect(line({ scrapeProfile: null })[5]).toBe('-');
});

/** How much narrower the table of one such node is without these. */
function lost(gone: readonly string[]): number {
  const cells: Record<string, number> = { WRONG: 5, VOLUME: 21, ZONE: 10, PROFILE: 7, ADDRESS: 12, 'LAST SCRAPE': 11 };
  return gone.reduce((sum, title) => sum + cells[title]! + 2, 0);
}

test('columns go in the order of how little they say, and only as many as have to', () => {
  const order = ['WRONG', 'VOLUME', 'ZONE', 'PROFILE', 'ADDRESS', 'LAST SCRAPE'];
  for (let gone = 0; gone < order.length; gone++) {
    const left = ALL.filter((title) => !order.slice(0, gone).includes(title));
    const width = widthOf(nodeTable([node()], Infinity)) - lost(order.slice(0, gone));
    expect(titles(width, node())).toEqual(left);
    expect(titles(width - 1, node())).toEqual(left.filter((title) => title !== order[gone]));
  }
});

test('a column in which something is wrong stays, also of one node of two, and the four first ones always', () => {
  expect(titles(1, node())).toEqual(['NODE', 'ROLE', 'GATE', 'READY']);
  expect(titles(1, node(), node({ wrong: 'it was not probed' }))).toEqual(['NODE', 'ROLE', 'GATE', 'READY', 'WRONG']);
});

test('80 columns are kept by what says least, and never by what is wrong', () => {
  const well = nodeTable([node()], 80);
  expect(widthOf(well)).toBeLessThanOrEqual(80);
  expect(well[1]).toContain('10.77.12.101');
  const bad = nodeTable([node({ wrong: 'the agent does not answer' })], 80);
  expect(widthOf(bad)).toBeLessThanOrEqual(80);
  expect(bad[1]).toContain('the agent does not answer');
});
