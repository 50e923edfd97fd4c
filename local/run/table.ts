import type { Assignment } from '../../lib/contract/documents/assignment';
import { PORTS } from '../../lib/contract/ports';
import type { RunState } from '../../lib/shell/local/run-state';

export interface TableFacts {
  /** Of a program of a node; null while it does not run. */
  readonly pidOf: (node: string, program: 'prometheus' | 'alertmanager' | 'agent') => number | null;
  /** URLs at which there is no page for a person: the program was built without. */
  readonly withoutPage: ReadonlySet<string>;
}

/** What answers where a program has no pages. */
const NO_PAGES = [
  '* this build has no web pages. What answers: Prometheus …/api/v1/query?query=up,',
  '  Alertmanager …/api/v2/alerts',
];

/** One table of roles, processes and addresses, and what can be tried. */
export function renderTable(state: RunState, assignment: Assignment, { pidOf, withoutPage }: TableFacts): string {
  const pid = (node: string, program: Parameters<TableFacts['pidOf']>[1]): string =>
    String(pidOf(node, program) ?? '-');
  const link = (url: string): string => (withoutPage.has(url) ? `${url} *` : url);
  const rows = [
    ['WHAT', 'ROLE', 'PID', 'URL'],
    ...state.nodes.flatMap(({ node, address }) => [
      [
        `${node} Prometheus`,
        node === assignment.active ? 'active' : 'standby',
        pid(node, 'prometheus'),
        link(`http://${address}:${PORTS.prometheus}`),
      ],
      [`${node} Alertmanager`, '', pid(node, 'alertmanager'), link(`http://${address}:${PORTS.alertmanager}`)],
      [`${node} agent`, '', pid(node, 'agent'), `http://${address}:${PORTS.agent}/v1/status`],
    ]),
    ...Object.entries(state.urls).map(([what, url]) => [what, '', '', link(url)]),
    ['AWS API emulator', '', '', state.endpoint],
  ];
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]!.length)));
  const table = rows.map(([what, role, id, url]) =>
    `  ${what!.padEnd(widths[0]!)} ${role!.padEnd(widths[1]!)} ${id!.padStart(widths[2]!)} ${url}`.trimEnd(),
  );
  return ['', ...table, ...(withoutPage.size > 0 ? NO_PAGES : []), `logs: ${state.dir}/logs`, ''].join('\n');
}

/** What to try when it is up. */
export function renderTry(state: RunState, { active }: Assignment, { pidOf }: TableFacts): string {
  return [
    'Try, in another terminal:',
    `  kill -9 ${pidOf(active, 'prometheus') ?? '?'}        # ${active}'s Prometheus`,
    '  npx promha status --local',
    '  npm run drill -- primary-crash',
    `  ${state.dir}/bin/amtool --alertmanager.url=http://${state.nodes[0]!.address}:${PORTS.alertmanager} alert`,
    '',
  ].join('\n');
}

/** Of these URLs those without a page for a person. Never rejects: what does not answer has none. */
export async function withoutPage(urls: readonly string[]): Promise<ReadonlySet<string>> {
  const found = await Promise.all(
    urls.map(async (url) => {
      try {
        const answer = await fetch(url, { headers: { accept: 'text/html' }, signal: AbortSignal.timeout(2_000) });
        const page = await answer.text();
        return answer.ok && /<script|<table/i.test(page) ? null : url;
      } catch {
        return url;
      }
    }),
  );
  return new Set(found.filter((url) => url !== null));
}

/** Those of the table at which a person would look for pages. */
export function pagesOf(state: RunState): string[] {
  const nodes = state.nodes.flatMap(({ address }) => [
    `http://${address}:${PORTS.prometheus}`,
    `http://${address}:${PORTS.alertmanager}`,
  ]);
  const others = Object.entries(state.urls).filter(([what]) => what !== 'pager' && what !== 'trade engine');
  return [...nodes, ...others.map(([, url]) => url)];
}
