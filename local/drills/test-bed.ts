import { activeAlerts } from '../../lib/shell/alertmanager/client';
import { readAgentStatus } from '../../lib/shell/probes/agent-api';
import { Prometheus } from '../../lib/shell/prometheus/client';
import { ANYTHING, callControl } from '../../lib/shell/local/call-control';
import { PORTS } from '../../lib/contract/ports';
import type { AgentStatus } from '../../lib/contract/documents/agent-status';
import type { ControlStore } from '../../lib/shell/assignment/store';
import { isWatchdog } from '../../lib/core/alerts/watchdog';
import { localStore } from '../run/ready';
import { runningState, type RunState } from '../../lib/shell/local/run-state';
import { WORKLOAD_PORTS } from '../run/workload';
import type { Shape } from '../workload/exposition';
import { Faults } from './faults';

/** The alerts that a drill moves; rules in local/demo/rules. */
export const DRILL_ALERTS = { immediate: 'DrillImmediate', for5s: 'DrillFor5s', for30s: 'DrillFor30s' } as const;
export type DrillAlert = keyof typeof DRILL_ALERTS;
/** Fires for two minutes more; one drill moves it. */
export const KEPT_ALERT = 'DrillKept';

/** A running system as a drill reaches it: over its own interfaces, wherever it was started. */
export interface TestBed {
  readonly state: RunState;
  readonly store: ControlStore;
  readonly faults: Faults;
  readonly signal: AbortSignal;
  /** Progress, one line each. */
  readonly say: (line: string) => void;
}

export function connect(state: RunState, signal: AbortSignal, say: (line: string) => void): TestBed {
  return {
    // Nodes may be replaced in a drill, and then are elsewhere.
    get state() {
      return runningState() ?? state;
    },
    store: localStore(state),
    faults: new Faults(state.socket),
    signal,
    say,
  };
}

/** Of all shards. */
export const allNodes = ({ state }: TestBed): RunState['nodes'] => [...state.nodes, ...state.others];

/** Whose address it is, with or without a port; undefined for one that is no node's. */
export const nodeAt = (world: TestBed, host: string): string | undefined =>
  allNodes(world).find(({ address }) => address === host.split(':')[0])?.node;

export const addressOf = (world: TestBed, node: string): string =>
  allNodes(world).find((n) => n.node === node)!.address;

/** Prometheus of every node, and the oracle's. */
export const prometheusOf = (world: TestBed, node: string): string =>
  `http://${addressOf(world, node)}:${PORTS.prometheus}`;
export const oracleOf = (world: TestBed): string => world.state.urls.oracle!;

export const statusOf = (world: TestBed, node: string): Promise<AgentStatus> =>
  readAgentStatus(addressOf(world, node), AbortSignal.timeout(1_000));

/** Sets one of the gauges that the drill's alerts watch. */
export const setDrill = (world: TestBed, alert: DrillAlert | 'kept', value: 0 | 1): Promise<void> =>
  tellEngine(world, 'drill', { alert, value });

/** How much the trade engine and the DuckDB exporter beside it expose; what is left out stays as it is. */
export const shape = (world: TestBed, to: Partial<Shape>): Promise<void> => tellEngine(world, 'shape', to);

async function tellEngine(world: TestBed, path: string, body: unknown): Promise<void> {
  const url = `http://${world.state.hostAddress}:${WORKLOAD_PORTS.demoEngine}/${path}`;
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(5_000),
  });
  if (!response.ok) throw new Error(`${url}: HTTP ${response.status} ${await response.text()}`);
}

export type AlertLabels = Readonly<Record<string, string>>;

export interface ActiveAlert {
  readonly labels: AlertLabels;
  readonly state: string;
  /** ISO 8601. */
  readonly activeAt: string;
}

/** The alerts that one Prometheus has pending or firing, the drill's and every other. */
export async function activeAlertsAt(prometheus: string): Promise<ActiveAlert[]> {
  const alerts = await new Prometheus(prometheus, { timeoutMs: 2_000 }).alerts();
  return alerts.filter((a) => !isWatchdog(a.labels));
}

export const oracleAlertmanagerOf = (world: TestBed): string => world.state.urls['oracle alertmanager']!;
export const alertmanagerOf = ({ address }: RunState['nodes'][number]): string =>
  `http://${address}:${PORTS.alertmanager}`;

/** Labels of the alerts that one Alertmanager takes for firing. */
export async function firingAt(alertmanager: string): Promise<AlertLabels[]> {
  return (await activeAlerts(alertmanager, 2_000)).map(({ labels }) => labels).filter((labels) => !isWatchdog(labels));
}

/** Starts or ends the plain pair. */
export const plainPair = (world: TestBed, verb: 'start' | 'stop'): Promise<unknown> =>
  callControl(world.state.socket, `plain-${verb}`, ANYTHING);
