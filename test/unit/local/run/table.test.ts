import type { Assignment } from '../../../../lib/contract/documents/assignment';
import type { RunState } from '../../../../lib/shell/local/run-state';
import { renderTable, renderTry } from '../../../../local/run/table';
import { Terminal, wrap } from '../../../../local/run/terminal';
import { renderPages } from '../../../../local/workload/pager-page';

const NODE = { shard: 0, instanceId: 'i-1', zone: 'eu-west-1a', dir: '/run/nodes/1' };
const state = {
  dir: '/home/somebody/.cache/prometheus-ha/run',
  nodes: [
    { ...NODE, node: 'prometheus-1', address: '10.77.12.101' },
    { ...NODE, node: 'prometheus-2', address: '10.77.13.102' },
  ],
  urls: { 'load balancer': 'http://127.0.0.1:9090', 'oracle alertmanager': 'http://10.77.15.254:9093' },
  endpoint: 'http://10.77.15.254:5566',
} as unknown as RunState;
const assignment = { active: 'prometheus-2' } as Assignment;
const facts = {
  pidOf: (node: string, program: string) => (program === 'agent' && node === 'prometheus-1' ? null : 1_234_567),
  withoutPage: new Set(['http://10.77.12.101:9090', 'http://10.77.15.254:9093']),
};

test('roles, processes and links fit 80 columns; where there is no page, what answers instead is linked', () => {
  const table = renderTable(state, assignment, facts).split('\n');
  expect(table.filter((line) => line.length > 80)).toEqual([]);
  expect(table.find((line) => line.includes('prometheus-2 Prometheus'))).toMatch(/active +1234567 http:\/\/10/);
  expect(table.find((line) => line.includes('prometheus-1 agent'))).toMatch(/ - http/);
  expect(table.find((line) => line.includes('prometheus-1 Prometheus'))).toMatch(/9090 \*$/);
  expect(table.find((line) => line.includes('oracle alertmanager'))).toMatch(/9093 \*$/);
  expect(table.join('\n')).toContain('no web pages');
  expect(renderTable(state, assignment, { ...facts, withoutPage: new Set() })).not.toContain('no web pages');
  expect(renderTry(state, assignment, facts)).toMatch(/kill -9 1234567 +# prometheus-2's Prometheus/);
});

test('lines are broken between words', () => {
  expect(wrap('one two three four', 9, '  ')).toBe('one two\n  three\n  four');
  expect(wrap('unbreakable', 4, '  ')).toBe('unbreakable');
});

test('colour and clocks are for terminals: a file gets plain lines', () => {
  let written = '';
  const file = { isTTY: false, write: (text: string) => void (written += text) } as unknown as NodeJS.WriteStream;
  const terminal = new Terminal(file);
  terminal.begin('· a step');
  terminal.say('ready', 'good');
  terminal.end();
  expect(written).toBe('· a step\nready\n');
});

test('notifications are a page that a person can read, whatever is in them', () => {
  const alert = { status: 'firing', labels: { alertname: '<Down>', job: 'a' }, annotations: { summary: 'It & that' } };
  const kept = (payload: unknown) => ({ receivedAt: '2026-01-01T10:20:30.400Z', source: 'oracle', payload });
  const page = renderPages([
    kept({ receiver: 'pager', externalURL: 'http://10.0.0.1:9193', alerts: [alert] }),
    kept({ odd: '<b>' }),
  ]);
  expect(page).toContain('10:20:30.400');
  expect(page).toContain('&lt;Down&gt;');
  expect(page).toContain('It &amp; that');
  expect(page).toContain('10.0.0.1:9193 <small>(oracle)</small>');
  expect(page).toContain('{&quot;odd&quot;:&quot;&lt;b&gt;&quot;}');
  expect(renderPages([])).toContain('Nobody was paged yet');
});
