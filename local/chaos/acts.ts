import { FILE_FAULTS } from '../drills/tsdb/corruption-faults';
import { must, sleepUnlessStopped } from '../drills/clock';
import { ask } from '../drills/failover/operator';
import { shape, statusOf, type TestBed } from '../drills/test-bed';
import { tsdbOf } from '../drills/thanos/history-steps';
import { DEPTH } from '../workload/exposition';
import type { FaultKind } from './kinds';

/** What is hurt: nodes by name, and which of the plain pair, by number, with them. */
export interface Struck {
  readonly world: TestBed;
  readonly nodes: readonly string[];
  readonly which: readonly number[];
  readonly lastsMs: number;
}

/** How a kind of fault begins and ends. What has no end is over by itself. */
interface Act {
  readonly begin: (target: Struck) => Promise<unknown>;
  readonly end?: (target: Struck) => Promise<unknown>;
}

type Program = 'prometheus' | 'alertmanager' | 'agent';

const FLAP_MS = 4_000;
const STALLED_MS = 300_000;
const SPIKE = 20;
/** More than the local run's `scrapeLimits.samples`. */
const ORDERS = 60_000;
const CALLERS = 5;
const HEALTH_CHECK = { function: 'health-check' };
const BLOCKED = 100;
/** A resumed or released program that was started anew meanwhile, or is gone, is none any more. */
const GONE = /runs no /;

const onNodes = ({ world, nodes }: Struck, action: string, body = {}): Promise<unknown> =>
  Promise.all(nodes.map((node) => world.faults.act(action, { node, ...body })));
const onZone = ({ world, nodes: [node] }: Struck, action: string): Promise<unknown> =>
  world.faults.act(action, { zone: world.state.nodes.find((n) => n.node === node)!.zone });
const onPair = ({ world, which }: Struck, action: string, body = {}): Promise<unknown> =>
  world.faults.act(action, { which, ...body });
const unlessGone = (done: Promise<unknown>): Promise<unknown> =>
  done.catch((error: Error) => {
    if (!GONE.test(error.message)) throw error;
  });

/** The same to our nodes and to the pair. */
const both =
  (ours: string, pairs: string, body = {}) =>
  (target: Struck) =>
    Promise.all([onNodes(target, ours, body), onPair(target, pairs, body)]);
const ofAws =
  (action: string, body = {}) =>
  ({ world }: Struck) =>
    world.faults.act(action, body);

const keptDown = (program: Program): Act => ({
  begin: both('keep-down', 'plain-down', { program }),
  end: both('let-up', 'plain-up', { program }),
});

/** Standing still, these of a node and of the pair's one. */
const still = (...programs: readonly Program[]): Act => {
  const all = (ours: string, pairs: string) => (target: Struck) =>
    Promise.all(
      programs.flatMap((program) => [
        unlessGone(onNodes(target, ours, { program })),
        ...(program === 'agent' ? [] : [onPair(target, pairs, { program })]),
      ]),
    );
  return { begin: all('hang', 'plain-hang'), end: all('resume', 'plain-resume') };
};

const losing = (loss: { in: number; out: number }): Act => ({
  begin: both('lose', 'plain-lose', loss),
  end: both('lose', 'plain-lose', { in: 0, out: 0 }),
});

/** From whatever of AWS the node asks; a pair asks nothing. */
const fromAws = (out: number) => (target: Struck) =>
  onNodes(target, 'lose', { in: 0, out, toPort: Number(new URL(target.world.state.endpoint).port) });

const cut = both('cut', 'plain-cut');
const heal = both('heal', 'plain-repair');

async function flap(target: Struck): Promise<void> {
  const endsAt = Date.now() + target.lastsMs - FLAP_MS;
  for (let isCut = false; Date.now() < endsAt; isCut = !isCut) {
    await (isCut ? heal : cut)(target);
    await sleepUnlessStopped(FLAP_MS, target.world.signal);
  }
}

/** Under a running Prometheus; its agent finds and repairs it. A plain pair is spared. */
const corrupting = (name: string): Act => ({
  begin: async ({ world, nodes }) => {
    for (const node of nodes) FILE_FAULTS.find((fault) => fault.name === name)!.hurt(tsdbOf(world, node), '');
  },
});

/** A volume is replaced by one that is made of a good snapshot; with none there is nothing to hurt it for. */
const volume = (action: string, body = {}): Act => ({
  begin: (target) => onNodes(target, action, body),
  end: async ({ world, nodes }) => {
    for (const node of nodes)
      await must('the volume does not get well', 180_000, world.signal, async () => {
        const trouble = (await statusOf(world, node)).volume?.trouble ?? null;
        return trouble === null ? null : `it is ${trouble}`;
      });
  },
});

export const ACTS: Readonly<Record<FaultKind, Act>> = {
  'prometheus-crash': { begin: both('crash-prometheus', 'plain-crash') },
  'prometheus-down': keptDown('prometheus'),
  'prometheus-hang': still('prometheus'),
  'agent-down': {
    begin: (target) => onNodes(target, 'kill-agent'),
    end: (target) => onNodes(target, 'start-agent'),
  },
  'agent-hang': still('agent'),
  'loop-stall': { begin: (target) => onNodes(target, 'hold-loop', { ms: STALLED_MS }) },
  'alertmanager-down': keptDown('alertmanager'),
  'alertmanager-hang': still('alertmanager'),
  'machine-pause': still('agent', 'prometheus', 'alertmanager'),
  'host-loss': { begin: both('power-off', 'plain-power-off'), end: both('power-on', 'plain-power-on') },
  partition: { begin: cut, end: heal },
  flap: { begin: flap, end: heal },
  'packet-loss': losing({ in: 30, out: 30 }),
  'one-way-out': losing({ in: 0, out: BLOCKED }),
  'one-way-in': losing({ in: BLOCKED, out: 0 }),
  's3-cut': { begin: fromAws(BLOCKED), end: fromAws(0) },
  'wal-flip': corrupting('wal-flip'),
  'wal-truncate': corrupting('wal-truncate'),
  'wal-hole': corrupting('wal-hole'),
  'wal-tail': corrupting('wal-tail'),
  'wal-checkpoint': corrupting('wal-checkpoint'),
  'both-crash': { begin: both('crash-prometheus', 'plain-crash') },
  'alertmanagers-down': keptDown('alertmanager'),
  'control-plane-halt': { begin: ofAws('halt-control-plane'), end: ofAws('resume-control-plane') },
  'health-check-held': { begin: ofAws('hold-function', HEALTH_CHECK), end: ofAws('release-function', HEALTH_CHECK) },
  'false-alarm': { begin: ofAws('trigger-alarm', { alarm: 'alerting-node-unhealthy' }) },
  'promotions-asked': {
    begin: ({ world }) =>
      Promise.all(
        Array.from({ length: CALLERS }, () => world.faults.invoke('promote-alerting', { source: 'operator' })),
      ),
  },
  'store-stop': { begin: ofAws('stop-store'), end: ofAws('start-store') },
  'redis-down': { begin: ofAws('kill-redis'), end: ofAws('start-redis') },
  switchover: {
    begin: ({ world }) => ask(world, { kind: 'switchover', to: null, reason: 'chaos: planned' }),
  },
  'bad-target': {
    begin: ({ world }) => shape(world, { orders: ORDERS }),
    end: ({ world }) => shape(world, { orders: 0 }),
  },
  'zone-loss': {
    begin: (target) => Promise.all([onZone(target, 'lose-zone'), onPair(target, 'plain-power-off')]),
    end: (target) => Promise.all([onZone(target, 'restore-zone'), onPair(target, 'plain-power-on')]),
  },
  'volume-gone': volume('detach-volume', { delete: true }),
  'volume-stall': volume('stall-volume'),
  'disk-full': volume('fill-volume'),
  'load-spike': {
    begin: ({ world }) => shape(world, { depth: SPIKE * DEPTH }),
    end: ({ world }) => shape(world, { depth: DEPTH }),
  },
};
