import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { NODE_CONFIG } from '../../../lib/contract/documents/node-config';
import { DEFAULT_POLICY } from '../../../lib/contract/documents/policy';
import { ALARM_STATES, callControl } from '../../../lib/shell/local/call-control';
import { awaitAll, must } from '../clock';
import { FAILOVER, hurting } from './failover-scenarios';
import type { MetricReading } from '../instrument';
import type { Roles, Scenario } from '../scenario';
import { allNodes, statusOf, type TestBed } from '../test-bed';

/** Longer than any drill: standbys then wait for somebody else's order. */
const NEVER_MS = 3_600_000;
const AGENT_BACK_MS = 60_000;
const RINGS_WITHIN_MS = 120_000;
const TAKES_OVER_WITHIN_MS = 180_000;

/** The second trigger: health-check does not run, and standbys do not take over by themselves. */
const ALONE = {
  ...FAILOVER,
  takeover: 'alarm',
  agentDies: true,
  alertsWait: true,
  restore: (world) => ownTakeoverAfter(world, DEFAULT_POLICY.heartbeatStaleMs),
  course: takenOver,
  undo: hurting(async (faults, hurt) => {
    await faults.act('release-function', { function: 'health-check' });
    return faults.on(hurt, 'power-on');
  }),
} satisfies Partial<Scenario>;

export const ALARM_SCENARIOS: readonly Scenario[] = [
  {
    ...ALONE,
    name: 'alarm-only',
    what: 'health-check stops and the host of the active node is lost; standbys do nothing by themselves',
    prepare: (world) => ownTakeoverAfter(world, NEVER_MS),
    inject: hurting(async (faults, hurt) => {
      await faults.act('hold-function', { function: 'health-check' });
      return faults.on(hurt, 'power-off');
    }),
  },
  {
    ...ALONE,
    name: 'alarm-rings-already',
    what: 'the same, but health-check stopped before and its alarm rings already when the host is lost: it will not ring again',
    prepare: (world) => ownTakeoverAfter(world, NEVER_MS),
    inject: async (world, { hurt }) => {
      await untilSilent(world);
      return world.faults.on(hurt!, 'power-off');
    },
  },
];

/** Health-check does not run any more, and its alarm rings. */
export async function untilSilent(world: TestBed): Promise<void> {
  await world.faults.act('hold-function', { function: 'health-check' });
  await must('control-plane-silent does not ring', RINGS_WITHIN_MS, world.signal, () => silent(world));
}

async function silent({ state }: TestBed): Promise<string | null> {
  const alarms = await callControl(state.socket, 'alarms', ALARM_STATES);
  return alarms[`${state.cluster}-control-plane-silent`] === 'ALARM' ? null : 'it is not in ALARM';
}

/** By the file that the machine was given, since no deploy takes a policy that waits so long; agents start anew with it. */
async function ownTakeoverAfter(world: TestBed, heartbeatStaleMs: number): Promise<void> {
  for (const { node, dir } of allNodes(world)) {
    const file = join(dir, 'etc', 'prometheus-ha', 'node.json');
    const config = NODE_CONFIG.parse(readFileSync(file, 'utf8'), file);
    writeFileSync(file, NODE_CONFIG.serialize({ ...config, policy: { ...config.policy, heartbeatStaleMs } }));
    await world.faults.on(node, 'kill-agent');
    await world.faults.on(node, 'start-agent');
    await must(`the agent of ${node} does not start`, AGENT_BACK_MS, world.signal, async () =>
      (await statusOf(world, node)).prometheus.pid === null ? 'it runs no Prometheus' : null,
    );
  }
}

/** Alerts go on when somebody alerts again. */
async function takenOver(world: TestBed, { standby }: Roles, struckAt: number): Promise<MetricReading> {
  const missing = await awaitAll(
    async () => ((await statusOf(world, standby)).gate.open ? null : 'the standby does not alert'),
    { timeoutMs: struckAt + TAKES_OVER_WITHIN_MS - Date.now(), signal: world.signal },
  );
  return { measurements: {}, findings: missing === null ? [] : [missing] };
}
