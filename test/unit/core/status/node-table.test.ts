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
  slowScrapeMs: null,
  warmingUp: false,
  wrong: '',
  ...more,
});

test('with room enough every column is there', () => {
  expect(nodeTable([node()], Infinity)[0]).toBe(
    'NODE          ROLE    GATE  READY  LAST SCRAPE  PROFILE  VOLUME                 ADDRESS       ZONE        WRONG',
  );
});

test('80 columns are kept by what says least, and never by what is wrong', () => {
  const well = nodeTable([node()], 80);
  expect(Math.max(...well.map((line) => line.length))).toBeLessThanOrEqual(80);
  expect(well[1]).toContain('10.77.12.101');
  const bad = nodeTable([node({ wrong: 'the agent does not answer' })], 80);
  expect(Math.max(...bad.map((line) => line.length))).toBeLessThanOrEqual(80);
  expect(bad[1]).toContain('the agent does not answer');
});
