import type { Action } from './control-api';
import type { ServiceRunner } from '../ecs/service-runner';
import type { Instance } from '../hosts/instance';
import { grayActions } from './gray-actions';
import { KeptDown } from './keep-down';
import { operatorActions } from './operator-machines';
import { plainPairActions } from '../reference/plain-pair';
import { programPids } from '../hosts/program-pids';
import type { System } from '../parts';
import { volumeActions } from './volume-actions';
import { zoneActions } from './zone-actions';

/**
 * What can be done to the running system, by name: the faults of the drills and their undoing. Every action answers
 * `{ at }`, the moment just before it took effect, in ms since the Unix epoch.
 */
export function controlActions(system: System): Readonly<Record<string, Action>> {
  const node = (body: Readonly<Record<string, unknown>>): Instance => {
    const found = system.instances.get(String(body.node));
    if (found === undefined)
      throw new Error(`no node ${JSON.stringify(body.node)}; there are ${[...system.instances.keys()].join(', ')}`);
    return found;
  };
  const service = (body: Readonly<Record<string, unknown>>): ServiceRunner => {
    if (system.ecs === null) throw new Error('Thanos does not run here: it was not on this machine at the start');
    return system.ecs.runnerOf(String(body.service));
  };
  const timed =
    (act: (body: Readonly<Record<string, unknown>>) => unknown): Action =>
    async (body) => {
      const at = Date.now();
      const value = await act(body);
      return value === undefined ? { at } : { at, value };
    };
  const toPrometheus = (signal: NodeJS.Signals): Action =>
    timed((body) => {
      const pids = programPids(system.state.runId, node(body).deployed.node, 'prometheus');
      if (pids.length === 0) throw new Error(`${String(body.node)} runs no Prometheus`);
      for (const pid of pids) process.kill(pid, signal);
      return { pids };
    });
  const down = new KeptDown();
  system.start.cleanup.defer('let everything run again', async () => down.stop());
  const programOf = (body: Readonly<Record<string, unknown>>): { name: string; pids: () => number[] } => {
    const { node: name } = node(body).deployed;
    const program = String(body.program);
    if (program !== 'prometheus' && program !== 'alertmanager') throw new Error(`no program ${program} to keep down`);
    return { name: `${name} ${program}`, pids: () => programPids(system.state.runId, name, program) };
  };

  return {
    state: async () => system.state,
    'crash-prometheus': toPrometheus('SIGKILL'),
    'stop-prometheus': toPrometheus('SIGTERM'),
    'hang-prometheus': toPrometheus('SIGSTOP'),
    'resume-prometheus': toPrometheus('SIGCONT'),
    // Killed, and killed again whenever its agent has started it.
    'keep-down': timed((body) => {
      const { name, pids } = programOf(body);
      down.keep(name, pids);
    }),
    'let-up': timed((body) => down.let(programOf(body).name)),
    'kill-agent': timed((body) => node(body).killAgent()),
    'start-agent': timed((body) => node(body).startAgent()),
    'power-off': timed((body) => node(body).powerOff(system.network.mode)),
    'power-on': timed((body) => node(body).powerOn(system.network.mode)),
    cut: timed((body) => node(body).cut()),
    heal: timed((body) => node(body).heal()),
    'halt-control-plane': timed(() => system.controlPlane.halt()),
    'resume-control-plane': timed(() => system.controlPlane.resume()),
    // Stopped, not killed: connections are accepted and never answered, the worst way for S3 to fail.
    'stop-store': timed(() => system.deployed.emulator.signal('SIGSTOP')),
    'start-store': timed(() => system.deployed.emulator.signal('SIGCONT')),
    'kill-redis': timed(() => system.deployed.workload.redis.kill()),
    'start-redis': timed(() => system.deployed.workload.redis.start()),
    invoke: timed((body) => system.controlPlane.call(String(body.function), body.event)),
    'trigger-alarm': timed((body) => system.controlPlane.setAlarm(String(body.alarm), 'ALARM', 'set by hand')),
    'kill-task': timed((body) => service(body).kill()),
    'stop-service': timed((body) => service(body).hold()),
    // `more`: arguments for a drill that cannot wait as long as a deployment does.
    'start-service': timed((body) => service(body).release(strings(body.more))),
    'hold-updates': timed(() => system.rolling.hold()),
    'release-updates': timed(() => system.rolling.release()),
    'hold-growth': timed(() => system.growth.hold()),
    'release-growth': timed(() => system.growth.release()),
    'hold-function': timed((body) => system.controlPlane.holdFunction(String(body.function))),
    'release-function': timed((body) => system.controlPlane.releaseFunction(String(body.function))),
    updates: async () => ({ busy: system.rolling.isBusy }),
    alarms: async () => system.controlPlane.alarmStates(),
    ...volumeActions(system, node, timed),
    ...grayActions(system, node, timed),
    ...plainPairActions(system, timed),
    ...operatorActions(system, timed),
    ...zoneActions(system, timed),
  };
}

function strings(value: unknown): string[] {
  if (value === undefined) return [];
  if (Array.isArray(value) && value.every((v) => typeof v === 'string')) return value;
  throw new Error(`more is ${JSON.stringify(value)}, not a list of arguments`);
}
