import type { Assignment } from '../../lib/contract/documents/assignment';
import { PORTS } from '../../lib/contract/ports';
import type { RunState } from '../../lib/shell/local/run-state';

/** One table of roles and addresses, and what can be tried. */
export function renderTable(state: RunState, assignment: Assignment, activePid: number): string {
  const rows = [
    ['WHAT', 'ROLE', 'URL'],
    ...state.nodes.flatMap((n) => [
      [
        `${n.node} Prometheus`,
        n.node === assignment.active ? 'active' : 'standby',
        `http://${n.address}:${PORTS.prometheus}`,
      ],
      [`${n.node} Alertmanager`, '', `http://${n.address}:${PORTS.alertmanager}`],
      [`${n.node} agent`, '', `http://${n.address}:${PORTS.agent}/v1/status`],
    ]),
    ...Object.entries(state.urls).map(([what, url]) => [what, '', url]),
    ['AWS API emulator', '', state.endpoint],
    ['logs', '', `${state.dir}/logs`],
  ];
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]!.length)));
  const table = rows.map((row) => `  ${row[0]!.padEnd(widths[0]!)}  ${row[1]!.padEnd(widths[1]!)}  ${row[2]!}`);
  return [
    '',
    ...table,
    '',
    'Try, in another terminal:',
    `  kill -9 ${activePid}        # ${assignment.active}'s Prometheus`,
    '  npx promha status --local',
    '  npm run drill -- primary-crash',
    '',
  ].join('\n');
}
