/** What a dashboard shows, apart from how Grafana wants it written down (lib/cli/grafana/json.ts). */

export interface PanelQuery {
  /** PromQL with Grafana's variables `$cluster`, `$shard` and `$__rate_interval`. */
  readonly expr: string;
  /** With `{{label}}`. */
  readonly legend: string;
}

/** `states`: of which value something was, over time; the names say which. */
export type PanelKind = 'lines' | 'number' | { readonly states: Readonly<Record<number, string>> };

export interface DashboardPanel {
  readonly title: string;
  readonly kind: PanelKind;
  /** As Grafana names it, e.g. `s`, `bytes`, `percentunit`. */
  readonly unit: string;
  readonly queries: readonly PanelQuery[];
  readonly help?: string;
  /** Why it may show nothing though all is well. */
  readonly mayBeEmpty?: string;
}

export interface PanelRow {
  readonly title: string;
  readonly panels: readonly DashboardPanel[];
}

export interface DashboardOf {
  /** Never changes: links and bookmarks hang on it. */
  readonly uid: string;
  readonly title: string;
  /** A metric that has the variables `cluster` and `shard` as labels. */
  readonly variablesOf: string;
  readonly rows: readonly PanelRow[];
}

/** One line for each query: `[expr, legend]`. */
export const lines = (
  title: string,
  unit: string,
  queries: readonly (readonly [expr: string, legend: string])[],
  more: Pick<DashboardPanel, 'help' | 'mayBeEmpty'> = {},
): DashboardPanel => ({
  title,
  kind: 'lines',
  unit,
  queries: queries.map(([expr, legend]) => ({ expr, legend })),
  ...more,
});

export const figure = (title: string, unit: string, expr: string, legend: string, help?: string): DashboardPanel => ({
  ...lines(title, unit, [[expr, legend]], help === undefined ? {} : { help }),
  kind: 'number',
});

export const states = (
  title: string,
  expr: string,
  legend: string,
  names: Readonly<Record<number, string>>,
): DashboardPanel => ({ ...lines(title, 'none', [[expr, legend]]), kind: { states: names } });

/** The labels that the cluster adds, in a selector. */
export const HERE = 'cluster=~"$cluster", shard=~"$shard"';

/** What stands for Grafana's variables when a query is asked without Grafana. */
export const withoutVariables = (expr: string): string =>
  expr
    .replaceAll(/\$(cluster|shard)\b/g, '.*')
    .replaceAll('$__rate_interval', '1m')
    .replaceAll('$__range', '1h');
