import { withoutVariables, type DashboardOf } from '../../core/dashboards/panel';
import { Prometheus } from '../../shell/prometheus/client';

/** What one query of a panel answers just now. */
export interface PanelAnswer {
  readonly dashboard: string;
  readonly panel: string;
  readonly expr: string;
  readonly series: number;
  /** Why it may be nothing, or why the query failed; null: neither. */
  readonly because: string | null;
  /** It answers something, or may be empty. */
  readonly well: boolean;
}

const TIMEOUT_MS = 10_000;

/** Asks every query of every panel, as Grafana would. Never rejects for a query that fails. */
export async function askPanels(dashboards: readonly DashboardOf[], url: string): Promise<PanelAnswer[]> {
  const prometheus = new Prometheus(url.replace(/\/$/, ''), { timeoutMs: TIMEOUT_MS });
  const answers: PanelAnswer[] = [];
  for (const { title: dashboard, rows } of dashboards)
    for (const { title: panel, queries, mayBeEmpty } of rows.flatMap((row) => row.panels))
      for (const { expr } of queries) {
        const query = withoutVariables(expr);
        try {
          const series = (await prometheus.vector(query)).length;
          const because = series === 0 ? (mayBeEmpty ?? null) : null;
          answers.push({ dashboard, panel, expr: query, series, because, well: series > 0 || because !== null });
        } catch (error) {
          answers.push({ dashboard, panel, expr: query, series: 0, because: (error as Error).message, well: false });
        }
      }
  return answers;
}

export function renderAnswers(answers: readonly PanelAnswer[]): string {
  const silent = answers.filter(({ series }) => series === 0);
  const lines = silent.map(
    ({ dashboard, panel, expr, because, well }) =>
      `${well ? 'may be empty' : 'NOTHING'}: ${dashboard}: ${panel}: ${expr}${because === null ? '' : ` (${because})`}`,
  );
  return [...lines, `${answers.length} queries, ${answers.length - silent.length} answer.`, ''].join('\n');
}
