import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import {
  DashboardBuilder,
  DatasourceVariableBuilder,
  MappingType,
  QueryVariableBuilder,
  RowBuilder,
  VariableRefresh,
  type Panel,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as StatBuilder } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as StatesBuilder } from '@grafana/grafana-foundation-sdk/statetimeline';
import { PanelBuilder as LinesBuilder } from '@grafana/grafana-foundation-sdk/timeseries';
import type { DashboardOf, DashboardPanel } from '../../core/dashboards/panel';

/** Of 24 columns; two beside each other. */
const WIDTH = 12;
const HEIGHT = 7;
/** No data source by its uid: the dashboard's own variable names it, so that the file fits every Grafana. */
const DATASOURCE = { type: 'prometheus', uid: '${datasource}' };

/** As Grafana imports it. The same dashboard, the same bytes. */
export function dashboardJson(dashboard: DashboardOf): string {
  const builder = new DashboardBuilder(dashboard.title)
    .uid(dashboard.uid)
    .tags(['prometheus-ha'])
    .time({ from: 'now-1h', to: 'now' })
    .refresh('10s')
    .withVariable(new DatasourceVariableBuilder('datasource').label('Data source').type('prometheus'))
    .withVariable(variable('cluster', 'Cluster', dashboard.variablesOf))
    .withVariable(variable('shard', 'Shard', `${dashboard.variablesOf}{cluster=~"$cluster"}`));
  for (const { title, panels } of dashboard.rows) {
    builder.withRow(new RowBuilder(title));
    for (const panel of panels) builder.withPanel(panelOf(panel));
  }
  return `${JSON.stringify(builder.build(), null, 2)}\n`;
}

/** All of them are chosen at first, also series that have no such label. */
const variable = (label: string, title: string, of: string): QueryVariableBuilder =>
  new QueryVariableBuilder(label)
    .label(title)
    .datasource(DATASOURCE)
    .query(`label_values(${of}, ${label})`)
    .refresh(VariableRefresh.OnDashboardLoad)
    .multi(true)
    .includeAll(true)
    .allValue('.*')
    .current({ text: 'All', value: '$__all', selected: true });

function panelOf(panel: DashboardPanel): Builder<Panel> {
  const { kind, title, unit, help, queries } = panel;
  const empty = panel.mayBeEmpty === undefined ? undefined : `Nothing yet: ${panel.mayBeEmpty}.`;
  const builder =
    kind === 'lines'
      ? new LinesBuilder().fillOpacity(5)
      : kind === 'number'
        ? new StatBuilder()
        : new StatesBuilder().mappings([{ type: MappingType.ValueToText, options: texts(kind.states) }]);
  builder.title(title).unit(unit).datasource(DATASOURCE).span(WIDTH).height(HEIGHT);
  const description = [help, empty].filter((text) => text !== undefined).join(' ');
  if (description !== '') builder.description(description);
  queries.forEach(({ expr, legend }, i) => {
    const query = new DataqueryBuilder().datasource(DATASOURCE).expr(expr).legendFormat(legend).range();
    builder.withTarget(query.refId(String.fromCharCode('A'.charCodeAt(0) + i)));
  });
  return builder;
}

const COLORS = ['text', 'green'];
const texts = (names: Readonly<Record<number, string>>): Record<string, { text: string; color: string }> =>
  Object.fromEntries(Object.entries(names).map(([value, text]) => [value, { text, color: COLORS[Number(value)]! }]));
