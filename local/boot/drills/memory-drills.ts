import { sleepUnlessStopped } from '../../drills/clock';
import type { Measurements } from '../../../lib/contract/check';
import { PORTS } from '../../../lib/contract/ports';
import type { BootWorld } from '../world/world';
import { oomKillsHere } from '../machine/cgroups';
import type { BootDrill } from './drill';
import { rememberSamples, switchOn } from './steps';

/** Room for all that runs, and for half of what the query takes. */
const SMALL_MEMORY_BYTES = 800e6;
/** An answer of 45 million points, which Prometheus allows (50 million), and has all at once: 16 bytes each. */
const LARGE_QUERY = 'count_over_time(vector(1)[45000s:1ms])';
const ENDED_MS = 90_000;
const LOOK_MS = 200;
const AGENT = 'prometheus-ha-agent.service';
const PROGRAMS = ['prometheus', 'alertmanager'];
const KILLED = /"event":"process-exited",[^\n]*"process":"prometheus"[^\n]*"how":"signal SIGKILL"/;

export const MEMORY_DRILLS: readonly BootDrill[] = [
  {
    name: 'boot-oom',
    what: 'a query takes all memory of the machine, and the kernel ends Prometheus',
    async course(world) {
      const up = await world.comesUp(await switchOn(world, { memoryBytes: SMALL_MEMORY_BYTES }));
      const units = await world.units();
      const compare = await rememberSamples(world);
      const before = await world.property(AGENT, 'MainPID');
      const agentGoesLast = await goesLast(world, before);
      world.say('  a query takes more memory than there is');
      const { version } = world.bed.hierarchies;
      const oomPolicyPlayed = version === 1 ? 1 : 0;
      const seen = await outOfMemory(world, version === 1 ? playOomPolicy : () => Promise.resolve());
      const after = await world.property(AGENT, 'MainPID');
      const agentSurvived = after === before ? 1 : 0;
      return { ...up, ...units, agentGoesLast, oomPolicyPlayed, ...seen, agentSurvived, ...(await compare()) };
    },
  },
];

/** Asks, and waits until Prometheus was ended and is ready again. `react`: what systemd does then. */
async function outOfMemory(world: BootWorld, react: (world: BootWorld) => Promise<void>): Promise<Measurements> {
  const { node, signal } = world;
  const url = `http://${node.host.address}:${PORTS.prometheus}/api/v1/query?query=${encodeURIComponent(LARGE_QUERY)}`;
  const before = oomKillsHere();
  let answer = 'none';
  const asked = fetch(url, { signal: AbortSignal.timeout(ENDED_MS) }).then(
    async (response) => (answer = `HTTP ${response.status}: ${(await response.text()).slice(0, 200)}`),
    () => 'cut off',
  );
  for (const end = Date.now() + ENDED_MS; oomKillsHere() === before; await sleepUnlessStopped(LOOK_MS, signal)) {
    if (answer !== 'none') throw new Error(`Prometheus answered what was to be too large: ${answer}`);
    if (Date.now() > end) throw new Error('memory was never out');
  }
  const since = Date.now();
  await react(world);
  await asked;
  const readyAfterOom = await world.prometheusReady(since);
  return { oomKills: oomKillsHere() - before, prometheusKilled: await world.logged(KILLED), readyAfterOom };
}

/** With cgroup v1 systemd does not notice that the kernel has ended a process of a unit: what it would do is done for it. */
async function playOomPolicy(world: BootWorld): Promise<void> {
  if (world.node.machine.oomKills(AGENT) === 0) return;
  const policy = await world.property(AGENT, 'OOMPolicy');
  if (policy === 'continue') return;
  // `stop` and `kill` end the whole unit; its Restart= starts it again.
  world.say(`  systemd, played: OOMPolicy=${policy} ends the agent`);
  await world.node.machine.run('systemctl', 'restart', AGENT);
}

/** Whether the kernel would rather end any program of the node than its agent: their scores, whatever memory they take. */
async function goesLast({ node: { machine }, say }: BootWorld, agent: string): Promise<number> {
  const score = async (pid: string): Promise<number> =>
    Number(await machine.run('cat', `/proc/${pid.trim()}/oom_score_adj`));
  const pids = await Promise.all(PROGRAMS.map((name) => machine.run('pgrep', '-x', name)));
  const others = await Promise.all(pids.map(score));
  const own = await score(agent);
  say(`  OOM scores: agent ${own}, ${PROGRAMS.map((name, i) => `${name} ${others[i]}`).join(', ')}`);
  return others.every((other) => other >= own) && others[0]! > own ? 1 : 0;
}
