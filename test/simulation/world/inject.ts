import { ASSIGNMENT } from '../../../lib/contract/documents/assignment';
import type { Probe } from '../../../lib/core/failover/health';
import { decideOperation } from '../../../lib/core/failover/operations';
import { S3, type Fault } from './faults';
import type { SimControlPlane } from './sim-control-plane';
import { nameOf } from './surroundings';
import type { SimNode, World } from './world';

/** Does to the world what a fault says, and undoes it when its time is over. */
export function inject(world: World, controlPlane: SimControlPlane, f: Fault): void {
  const { kernel, store } = world;
  const later = (ms: number, what: string, undo: () => void): void =>
    kernel.after(ms, () => {
      undo();
      world.tell(what);
      world.judge.sample();
    });
  const on = (use: (node: SimNode) => void): void => {
    const node = 'node' in f ? world.nodes[f.node % world.nodes.length] : undefined;
    if (node !== undefined) use(node);
  };
  switch (f.kind) {
    case 'crash':
      return on((node) => {
        crash(world, node);
        for (let i = 1; i < f.times; i += 1)
          later(i * f.everyMs, `${nameOf(node.index)} crashes again`, () => crash(world, node));
      });
    case 'hang':
      return on((node) => {
        node.prometheus.hang();
        later(f.forMs, `${nameOf(node.index)} goes on`, () => node.prometheus.goOn());
      });
    case 'not-scraping':
      return on((node) => later(f.forMs, `${nameOf(node.index)} scrapes again`, starve(node)));
    case 'rules-late':
      return on((node) => later(f.forMs, `rules of ${nameOf(node.index)} are on time`, delayRules(node)));
    case 'host-loss':
      return on((node) => {
        node.up = false;
        node.prometheus.kill();
        node.agent.kill();
        if (f.blank) node.agent.loseDisk();
        later(f.forMs, `${nameOf(node.index)} boots`, () => boot(world, node));
      });
    case 'agent-crash':
      return on((node) => {
        if (f.how === 'stopped') node.agent.stop();
        else node.agent.kill();
        later(Math.max(1_000, f.forMs), `agent of ${nameOf(node.index)} starts`, () => boot(world, node));
      });
    case 'isolation':
      return on((node) => {
        node.isolated = true;
        later(f.forMs, `${nameOf(node.index)} is back`, () => (node.isolated = false));
      });
    case 'loss':
      return on((node) => later(f.forMs, `${nameOf(node.index)} loses nothing`, lose(node, f.percent / 100)));
    case 'slow':
      return on((node) => {
        node.addMs += f.addMs;
        later(f.forMs, `${nameOf(node.index)} is quick again`, () => (node.addMs -= f.addMs));
      });
    case 'partition':
      world.cutLink(f.a, f.b, 1);
      return later(f.forMs, 'partition heals', () => world.cutLink(f.a, f.b, -1));
    case 'store-down':
      store.down = f.how;
      return later(f.forMs, 'S3 is back', () => (store.down = 'no'));
    case 'store-flaky':
      store.flaky = { errors: f.errors, lostAnswers: f.lostAnswers, conflicts: f.conflicts };
      return later(f.forMs, 'S3 is steady', () => (store.flaky = { errors: 0, lostAnswers: 0, conflicts: 0 }));
    case 'control-down':
      controlPlane.outage(true);
      return later(f.forMs, 'functions run again', () => controlPlane.outage(false));
    case 'storm':
      for (let i = 0; i < f.calls; i += 1) kernel.after(20 * i * world.random(), () => controlPlane.promote());
      return;
    case 'assignment':
      return tamper(world, f);
    case 'pause':
      return pause(world, f.forMs);
    case 'switchover':
      return switchOver(world);
    case 'invocation':
      return; // The control plane's schedule has it.
  }
}

function starve({ prometheus }: SimNode): () => void {
  prometheus.starve(true);
  return () => prometheus.starve(false);
}

function delayRules({ prometheus }: SimNode): () => void {
  prometheus.delayRules(true);
  return () => prometheus.delayRules(false);
}

/** Packets, each of this share; what ends it. */
function lose(node: SimNode, share: number): () => void {
  node.loss += share;
  return () => (node.loss -= share);
}

/** The agent sees the exit at once and starts it again after a second; without an agent nobody does. */
function crash(world: World, node: SimNode): void {
  if (!node.up || !node.prometheus.running()) return;
  node.prometheus.kill();
  world.kernel.after(10, () => node.agent.exited());
  world.kernel.after(1_000, () => node.agent.up && startPrometheus(world, node));
}

function boot(world: World, node: SimNode): void {
  node.up = true;
  if (!node.agent.up) node.agent.start();
  startPrometheus(world, node);
}

function startPrometheus(world: World, node: SimNode): void {
  if (!node.prometheus.running() && node.up) node.prometheus.start(false, world.random());
}

function tamper(world: World, f: Extract<Fault, { kind: 'assignment' }>): void {
  const { store } = world;
  // Nothing to harm yet, or harmed already.
  if (store.truth() === null) return;
  const last = store.versions.at(-1)!;
  if (f.how === 'deleted') store.tamper(null);
  else if (f.how === 'restored') store.tamper(store.versions[0]!);
  else {
    store.tamper('{"version": 1, "epo');
    world.kernel.after(f.forMs, () => store.tamper(last));
  }
}

/** An operator pauses, by the same compare-and-swap, and resumes later. */
function pause(world: World, forMs: number): void {
  const set = (paused: boolean): void => {
    const read = world.store.truth();
    if (read === null || (read.paused !== null) === paused) return;
    const at = new Date(world.clock(S3)).toISOString();
    const next = {
      ...read,
      epoch: read.epoch + 1,
      by: 'operator' as const,
      paused: paused ? { by: 'op', since: at, reason: 'work' } : null,
    };
    world.store.tamper(ASSIGNMENT.serialize(next));
    world.tell(`operator ${paused ? 'pauses' : 'resumes'}: epoch ${next.epoch}`);
  };
  set(true);
  world.kernel.after(forMs, () => set(false));
}

/** An operator who sees every node gives alerting to the best standby, if there is one. */
function switchOver(world: World): void {
  const { nodes, names, policy, store } = world;
  const probes = nodes.map((node): Probe => ({
    node: nameOf(node.index),
    at: world.clock(S3),
    ready: node.up && node.prometheus.ready(),
    scrapeLagMs: node.up ? node.prometheus.lag() : null,
    agent: node.up ? node.agent.status() : null,
    errors: [],
  }));
  const decision = decideOperation(
    { kind: 'switchover', to: null, reason: '' },
    {
      assignment: store.truth(),
      nodes: names,
      probes: new Map(probes.map((p) => [p.node, p])),
      operator: 'op',
      policy,
    },
    world.clock(S3),
  );
  world.tell(`operator: ${decision.because}`);
  if (decision.kind === 'write') store.tamper(ASSIGNMENT.serialize(decision.next));
}
