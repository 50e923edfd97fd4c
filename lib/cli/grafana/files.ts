import { join } from 'node:path';
import { stringify } from 'yaml';
import { clusterDashboard } from '../../core/dashboards/cluster';
import { mixinRules } from '../../core/dashboards/mixin';
import type { DashboardOf } from '../../core/dashboards/panel';
import { duckdbDashboard, redisDashboard, tradeEngineDashboard } from '../../core/dashboards/targets';
import { dashboardJson } from './json';

/** What of the cluster bears on how Grafana sees it. */
export interface GrafanaCluster {
  readonly name: string;
  readonly scrapeInterval: string;
  readonly thanos: object | null;
  readonly runbookBase?: string | undefined;
}

export const dashboardsOf = ({ thanos }: Pick<GrafanaCluster, 'thanos'>): DashboardOf[] => [
  clusterDashboard(thanos !== null),
  redisDashboard,
  duckdbDashboard,
  tradeEngineDashboard,
];

/** Grafana's provisioning files, dashboards, and rules, by path. `at`: where these files are for Grafana. */
export function grafanaFiles(cluster: GrafanaCluster, url: string, at: string): Record<string, string> {
  const base = cluster.runbookBase?.replace(/\/$/, '');
  return {
    'provisioning/datasources/prometheus-ha.yml': datasource(cluster, url),
    'provisioning/dashboards/prometheus-ha.yml': stringify({
      apiVersion: 1,
      providers: [
        {
          name: 'prometheus-ha',
          folder: 'prometheus-ha',
          type: 'file',
          allowUiUpdates: false,
          options: { path: join(at, 'dashboards') },
        },
      ],
    }),
    'rules/prometheus-ha.yml': mixinRules((page) => `${base ?? 'docs/runbook'}/${page}.md`),
    ...Object.fromEntries(
      dashboardsOf(cluster).map((dashboard) => [`dashboards/${dashboard.uid}.json`, dashboardJson(dashboard)]),
    ),
  };
}

/** The read path is Thanos query, in ECS or on the nodes. A uid of its own, so that links go on when the address changes. */
function datasource({ name, scrapeInterval }: GrafanaCluster, url: string): string {
  return stringify({
    apiVersion: 1,
    datasources: [
      {
        name: `prometheus-ha ${name}`,
        uid: `prometheus-ha-${name}`,
        type: 'prometheus',
        access: 'proxy',
        url,
        jsonData: {
          prometheusType: 'Thanos',
          // The newest of Thanos' versions that Grafana knows apart.
          prometheusVersion: '0.31.1',
          httpMethod: 'POST',
          timeInterval: scrapeInterval,
          // The nodes' rules stay theirs: Grafana shows them, and makes none.
          manageAlerts: false,
        },
      },
    ],
  });
}
