import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { MIXIN_ALERTS, mixinRules } from '../../../../lib/core/dashboards/mixin';
import { withoutVariables } from '../../../../lib/core/dashboards/panel';
import { promqlError } from '../../../../lib/infra/config/promql/promql';
import { dashboardsOf, grafanaFiles } from '../../../../lib/cli/grafana/files';
import { ROOT } from '../../../fixtures/config-dir';

const CLUSTER = { name: 'a-cluster', scrapeInterval: '1s', thanos: {}, runbookBase: 'https://runbook.example/ha/' };
const dashboards = dashboardsOf(CLUSTER);
const panels = dashboards.flatMap(({ title, rows }) =>
  rows.flatMap((row) => row.panels.map((panel) => ({ ...panel, name: `${title}: ${panel.title}` }))),
);
const queries = panels.flatMap(({ name, queries: asked }) => asked.map(({ expr }) => [name, expr] as const));

test.each(queries)('%s: %s', (_, expr) => {
  expect(promqlError(withoutVariables(expr))).toBeNull();
  expect(withoutVariables(expr)).not.toContain('$');
  // Otherwise it shows other clusters, too.
  expect(expr).toContain('cluster=~"$cluster", shard=~"$shard"');
});

test('no two dashboards have one uid, nor two panels of a dashboard one title', () => {
  expect(new Set(dashboards.map(({ uid }) => uid)).size).toBe(dashboards.length);
  expect(new Set(panels.map(({ name }) => name)).size).toBe(panels.length);
});

test('a cluster without tasks of Thanos has no row for them', () => {
  const titles = (thanos: object | null): string[] => dashboardsOf({ thanos })[0]!.rows.map(({ title }) => title);
  expect(titles({})).toContain('Thanos');
  expect(titles(null)).not.toContain('Thanos');
});

const panel = z.object({
  title: z.string(),
  datasource: z.object({ uid: z.string() }).optional(),
  targets: z.array(z.object({ expr: z.string(), refId: z.string() })).optional(),
  gridPos: z.object({ x: z.number(), y: z.number(), w: z.number(), h: z.number() }),
});
const dashboard = z.object({
  uid: z.string(),
  panels: z.array(panel),
  templating: z.object({ list: z.array(z.object({ name: z.string() })) }),
});

describe('what Grafana is given', () => {
  const files = grafanaFiles(CLUSTER, 'http://queries.example:9090', '/etc/grafana/ha');
  const jsons = Object.entries(files).filter(([path]) => path.endsWith('.json'));

  test.each(jsons)('%s names its data source by the variable alone, and no panel lies on another', (_, text) => {
    const { panels: made, templating } = dashboard.parse(JSON.parse(text));
    const names = templating.list.map(({ name }) => name);
    expect(names).toEqual(['datasource', 'cluster', 'shard']);
    expect([...text.matchAll(/"uid": "(\$[^"]+)"/g)].map(([, uid]) => uid)).not.toEqual([]);
    expect(made.flatMap(({ datasource }) => datasource?.uid ?? []).filter((uid) => uid !== '${datasource}')).toEqual(
      [],
    );
    for (const [, variable] of text.matchAll(/\$([a-z]+)\b/g)) expect(names).toContain(variable);
    const places = made.map(({ gridPos: { x, y } }) => `${x},${y}`);
    expect(new Set(places).size).toBe(places.length);
  });

  test('the data source is Thanos behind the query port', () => {
    expect(parse(files['provisioning/datasources/prometheus-ha.yml']!)).toMatchObject({
      datasources: [
        {
          type: 'prometheus',
          url: 'http://queries.example:9090',
          jsonData: { prometheusType: 'Thanos', timeInterval: '1s' },
        },
      ],
    });
    expect(files['provisioning/dashboards/prometheus-ha.yml']).toContain('path: /etc/grafana/ha/dashboards');
  });

  test('each alert links to its page of the runbook', () => {
    expect(files['rules/prometheus-ha.yml']).toContain('runbook_url: https://runbook.example/ha/volume-full.md');
  });
});

test.each(MIXIN_ALERTS.map((alert) => [alert.alert, alert] as const))(
  '%s is PromQL, and in the runbook',
  (_, alert) => {
    expect(promqlError(alert.expr)).toBeNull();
    expect(existsSync(join(ROOT, 'docs/runbook', `${alert.runbook}.md`))).toBe(true);
    expect(mixinRules((page) => page)).toContain(`alert: ${alert.alert}`);
  },
);
