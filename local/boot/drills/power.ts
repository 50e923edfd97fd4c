import type { Measurements } from '../../../lib/contract/check';
import { HOST_UNIT } from '../../../agent/boot/host';
import { NODE_USERS, unitOf, type NodeProgram } from '../../../lib/contract/node-users';
import type { BootWorld } from '../world/world';

/** Whose directories are on the data volume. */
const WITH_DATA: readonly NodeProgram[] = ['prometheus', 'alertmanager'];
/** Which upload with the node's role. */
const WITH_ROLE: readonly NodeProgram[] = ['sidecar'];
const AGENT = 'prometheus-ha-agent.service';
const SIGNAL = 'prometheus-ha-signal.service';
const LIKE_MOUNT = 'like-mount.service';
const METADATA = '169.254.169.254';
const WAIT_S = 2;

/** What each of the units could do at worst: systemd's figure, from 0 to 10, whom its programs run as, and whether they reach the node's role. */
export async function powers(world: BootWorld): Promise<Measurements> {
  const programs: NodeProgram[] = [...WITH_DATA, ...(world.bed.thanos ? (['sidecar', 'node-query'] as const) : [])];
  const units = programs.map(unitOf);
  const exposed = await Promise.all([...units, AGENT, SIGNAL].map((unit) => exposure(world, unit)));
  const figures = Object.fromEntries([...units, AGENT, SIGNAL].map((unit, i) => [unit, exposed[i]!]));
  world.say(`  systemd-analyze security: ${JSON.stringify(figures)}`);
  const strangers = await Promise.all(programs.map((program) => runsAsStranger(world, program)));
  const open = await Promise.all(
    programs.filter((program) => !WITH_ROLE.includes(program)).map((program) => reachesRole(world, unitOf(program))),
  );
  return {
    programsExposed: Math.max(...units.map((unit) => figures[unit]!)),
    agentExposed: figures[AGENT]!,
    signalExposed: figures[SIGNAL]!,
    mountExposed: await mountExposed(world),
    notTheirUser: strangers.filter(Boolean).length,
    reachRole: open.filter(Boolean).length,
  };
}

/** How many files of the programs' directories are root's: as of an earlier version, and of none now. */
export async function filesOfRoot({ node: { machine } }: BootWorld): Promise<number> {
  const found = await machine.run('find', ...WITH_DATA.map((program) => `/data/${program}`), '-user', 'root');
  return found.split('\n').filter(Boolean).length;
}

/** The volume as an earlier version leaves it, where all programs were root. */
export async function giveToRoot({ node: { machine } }: BootWorld): Promise<void> {
  const directories = WITH_DATA.map((program) => `/data/${program}`);
  await machine.run('chown', '-R', 'root:root', ...directories);
  await machine.run('chmod', '-R', 'u=rwX,go=rX', ...directories);
}

async function exposure({ node: { machine } }: BootWorld, unit: string): Promise<number> {
  const said = await machine.run('systemd-analyze', 'security', '--no-pager', unit);
  const figure = /Overall exposure level for .*: (\d+\.\d+)/.exec(said)?.[1];
  if (figure === undefined) throw new Error(`systemd-analyze security ${unit} says no figure: ${said.slice(-200)}`);
  return Number(figure);
}

/** Of the unit that mounts, which is there for a moment only: one of the same settings that stays. */
async function mountExposed(world: BootWorld): Promise<number> {
  const { machine } = world.node;
  const properties = HOST_UNIT.map((property) => `--property=${property}`);
  await machine.run('systemd-run', '--quiet', '--collect', `--unit=${LIKE_MOUNT}`, ...properties, 'sleep', '60');
  const figure = await exposure(world, LIKE_MOUNT);
  await machine.run('systemctl', 'stop', LIKE_MOUNT);
  return figure;
}

async function runsAsStranger(world: BootWorld, program: NodeProgram): Promise<boolean> {
  const pid = await world.property(unitOf(program), 'MainPID');
  const status = await world.node.machine.run('cat', `/proc/${pid}/status`);
  const ids = /^Uid:\s+(.*)$/m.exec(status)![1]!.split('\t').map(Number);
  return ids.some((id) => id !== NODE_USERS[program].id);
}

/** cgroup v1 has no such filter: there it is only seen that systemd was asked for it. */
async function reachesRole(world: BootWorld, unit: string): Promise<boolean> {
  if (!(await world.property(unit, 'IPAddressDeny')).includes(METADATA)) return true;
  if (world.bed.hierarchies.version === 1) return false;
  const group = `/sys/fs/cgroup${await world.property(unit, 'ControlGroup')}/cgroup.procs`;
  const ask = `echo $$ >${group} && curl -s -m ${WAIT_S} -o /dev/null http://${METADATA}/ && echo answered || true`;
  return (await world.node.machine.run('sh', '-c', ask)).includes('answered');
}
