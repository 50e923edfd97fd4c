import { PORTS } from '../../../lib/contract/ports';
import { FAULT_S } from '../choreography';
import { sleepUnlessStopped } from '../clock';
import type { Faults } from '../faults';
import type { MetricReading } from '../instrument';
import { recoverySteps } from './recovery-steps';
import type { Roles, Scenario } from '../scenario';
import { addressOf, allNodes, type TestBed } from '../test-bed';

/** Of most incidents: the active node is hurt and another one takes over. */
export const FAILOVER = {
  hurts: 'active',
  takeover: 'silence',
  needsNamespaces: false,
  needsThanos: false,
  plainPair: false,
  agentDies: false,
  gateOutlivesFault: false,
  epochs: 1,
  instruments: [],
} as const;

/** Something that is done to the hurt node. */
export const hurting =
  (act: (faults: Faults, hurt: string) => Promise<number>) =>
  ({ faults }: TestBed, { hurt }: Roles): Promise<number> =>
    act(faults, hurt!);

/** An action on the hurt node. */
export const on = (action: string): ReturnType<typeof hurting> => hurting((faults, hurt) => faults.on(hurt, action));

const powerOn = on('power-on');

/** HAProxy needs three failed checks, 2 s apart, the first up to 2 s after the crash. */
const STAYS_DOWN_MS = 7_000;
const LOOK_MS = 100;

/**
 * A single crash is over before HAProxy's third check: its agent starts Prometheus again at once. To have both
 * measured in the same run, it crashes again whenever it was started, until HAProxy must have noticed.
 */
async function crashLoop(faults: Faults, hurt: string): Promise<number> {
  const at = await faults.on(hurt, 'crash-prometheus');
  while (Date.now() < at + STAYS_DOWN_MS) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    await faults.on(hurt, 'crash-prometheus').catch((error: Error) => {
      if (!error.message.includes('runs no Prometheus')) throw error;
    });
  }
  return at;
}

const LOOK_AT_MS = 500;

/** Whether Alertmanagers that are kept down really answer nobody until then. */
async function keptDown(world: TestBed, nodes: readonly string[], until: number): Promise<MetricReading> {
  let looks = 0;
  let answered = 0;
  while (Date.now() < until) {
    await sleepUnlessStopped(LOOK_AT_MS, world.signal);
    for (const node of nodes) {
      looks += 1;
      answered += await fetch(`http://${addressOf(world, node)}:${PORTS.alertmanager}/-/ready`, {
        signal: AbortSignal.timeout(LOOK_AT_MS),
      }).then(
        () => 1,
        () => 0, // as it should be
      );
    }
  }
  return { measurements: { looksAtAlertmanager: looks, alertmanagerAnswered: answered }, findings: [] };
}

/** An alert ends and another one begins meanwhile, and none does both: nobody could ever notify of that one. */
const ALL_DOWN_MS = 6_500;

const everyNode = (world: TestBed): string[] => allNodes(world).map(({ node }) => node);

/** @returns when it was done to the last of them */
const toAlertmanagers = async (
  action: 'keep-down' | 'let-up',
  { faults }: TestBed,
  nodes: readonly string[],
): Promise<number> =>
  Math.max(...(await Promise.all(nodes.map((node) => faults.act(action, { node, program: 'alertmanager' })))));

/** How many callers ask at the same moment in double-trigger, beside the alarm and health-check. */
export const CONCURRENT_CALLS = 20;

const THROTTLED = /ConcurrentInvocationLimitExceeded/;
const AGAIN_MS = 500;
const TRIES = 20;

/** More than an account's concurrency allows at once: who is throttled calls again, as the SDKs do. */
async function call({ faults, signal }: TestBed): Promise<void> {
  for (let left = TRIES; ; left -= 1) {
    try {
      return await faults.invoke('promote-alerting', { source: 'operator' });
    } catch (error) {
      if (left === 1 || !THROTTLED.test((error as Error).message)) throw error;
      await sleepUnlessStopped(AGAIN_MS, signal);
    }
  }
}

const callers = (world: TestBed): Promise<void>[] => Array.from({ length: CONCURRENT_CALLS }, () => call(world));

/** Incidents of nodes and of the control plane. */
export const FAILOVERS: readonly Scenario[] = [
  {
    ...FAILOVER,
    name: 'primary-crash',
    what: "SIGKILL of the active node's Prometheus, again and again for 7 s; its agent reports the exit",
    takeover: 'crash',
    instruments: [recoverySteps],
    inject: hurting(crashLoop),
    // Its agent starts it again: there is nothing to undo.
    undo: async () => Date.now(),
  },
  {
    ...FAILOVER,
    name: 'primary-hang',
    what: "SIGSTOP of the active node's Prometheus: its port accepts and nobody answers",
    inject: on('hang-prometheus'),
    undo: on('resume-prometheus'),
  },
  {
    ...FAILOVER,
    name: 'agent-crash',
    what: 'agent and gate of the active node die and stay dead; its Prometheus lives on and alerts into nothing',
    agentDies: true,
    inject: on('kill-agent'),
    undo: on('start-agent'),
  },
  {
    ...FAILOVER,
    name: 'primary-host-loss',
    what: 'everything on the active node at once: agent, Prometheus, Alertmanager, network',
    agentDies: true,
    inject: on('power-off'),
    undo: powerOn,
  },
  {
    ...FAILOVER,
    name: 'primary-partition',
    what: "the active node's network is cut and later healed; a plain pair goes through the same",
    needsNamespaces: true,
    plainPair: true,
    gateOutlivesFault: true,
    inject: hurting(async (faults, hurt) => (await Promise.all([faults.on(hurt, 'cut'), faults.act('plain-cut')]))[0]),
    undo: hurting(
      async (faults, hurt) => (await Promise.all([faults.on(hurt, 'heal'), faults.act('plain-repair')]))[0],
    ),
  },
  {
    ...FAILOVER,
    name: 'standby-crash',
    what: "SIGKILL of the standby's Prometheus: nothing may happen",
    hurts: 'standby',
    takeover: 'none',
    epochs: 0,
    instruments: [recoverySteps],
    inject: on('crash-prometheus'),
    undo: async () => Date.now(),
  },
  {
    ...FAILOVER,
    name: 'alertmanager-down',
    what: "SIGKILL of the active node's Alertmanager, kept down while alerts fire and end: the other one notifies",
    takeover: 'none',
    epochs: 0,
    inject: (world, { hurt }) => toAlertmanagers('keep-down', world, [hurt!]),
    course: (world, { hurt }, struckAt) => keptDown(world, [hurt!], struckAt + (FAULT_S - 1) * 1000),
    undo: (world, { hurt }) => toAlertmanagers('let-up', world, [hurt!]),
  },
  {
    ...FAILOVER,
    name: 'alertmanagers-down',
    what: 'SIGKILL of all Alertmanagers at once, kept down while an alert ends and another one begins: sent afterwards',
    hurts: 'nobody',
    takeover: 'none',
    epochs: 0,
    inject: (world) => toAlertmanagers('keep-down', world, everyNode(world)),
    course: async (world, _, struckAt) => {
      const down = await keptDown(world, everyNode(world), struckAt + ALL_DOWN_MS);
      await toAlertmanagers('let-up', world, everyNode(world));
      return down;
    },
    undo: (world) => toAlertmanagers('let-up', world, everyNode(world)),
  },
  {
    ...FAILOVER,
    name: 'control-plane-down',
    what: 'no function runs, no alarm is evaluated; then the host of the active node is lost',
    takeover: 'break-glass',
    agentDies: true,
    inject: hurting(async (faults, hurt) => {
      await faults.act('halt-control-plane');
      return faults.on(hurt, 'power-off');
    }),
    undo: hurting(async (faults, hurt) => {
      await faults.act('resume-control-plane');
      return faults.on(hurt, 'power-on');
    }),
  },
  {
    ...FAILOVER,
    name: 'assignment-store-down',
    what: 'S3 accepts connections and never answers; then the host of the active node is lost',
    takeover: 'break-glass',
    agentDies: true,
    inject: hurting(async (faults, hurt) => {
      await faults.act('stop-store');
      return faults.on(hurt, 'power-off');
    }),
    undo: hurting(async (faults, hurt) => {
      await faults.act('start-store');
      return faults.on(hurt, 'power-on');
    }),
  },
  {
    ...FAILOVER,
    name: 'double-trigger',
    what: `the active Prometheus hangs; health-check, the alarm and ${CONCURRENT_CALLS} callers ask for promotion at once`,
    // In AWS cold starts burden nobody else; here 20 of them at once would slow down what is being watched.
    prepare: async (world) => void (await Promise.all(callers(world))),
    inject: async (world, { hurt }) => {
      const { faults } = world;
      const at = await faults.on(hurt!, 'hang-prometheus');
      await Promise.all([faults.act('trigger-alarm', { alarm: 'alerting-node-unhealthy' }), ...callers(world)]);
      return at;
    },
    undo: on('resume-prometheus'),
  },
];
