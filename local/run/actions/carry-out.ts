import { followOrders, type ApiOrder } from '../deploy/orders';
import type { System } from '../parts';
import { programPids } from '../hosts/program-pids';

/** Systems Manager's own document for shell commands. */
const SHELL = 'AWS-RunShellScript';

/** From now on what is ordered by AWS's API is done here: alarms are set, nodes run commands. */
export function carryOutOrders(system: System): void {
  const { start, controlPlane, deployed } = system;
  const follow = followOrders(
    deployed.endpoint,
    async (order) => {
      if (order.what === 'set-alarm') await controlPlane.setAlarm(order.alarm, order.state, order.reason);
      else for (const line of runCommand(system, order)) start.onEvent(`Systems Manager: ${line}`);
    },
    (error) => start.onEvent(`! an order could not be carried out: ${error.message}`),
  );
  start.cleanup.defer('stop following orders', () => follow.stop());
}

/** What was done, one line each. Nodes share this machine, so that signals to programs are all that is played of a shell. */
function runCommand(system: System, { document, instances, commands }: ApiOrder & { what: 'run-command' }): string[] {
  const wanted = commands.map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('#'));
  return instances.flatMap((id) => {
    const instance = [...system.instances.values()].find(({ deployed }) => deployed.instanceId === id);
    if (instance === undefined) return [`! there is no instance ${id}`];
    const { node } = instance.deployed;
    return wanted.map((line) => {
      const { signal, program } = /^pkill -(?<signal>[A-Z]+) -x (?<program>[a-z_]+)$/.exec(line)?.groups ?? {};
      if (document !== SHELL || signal === undefined) return `! ${node}: not played here: ${document} ${line}`;
      const pids = programPids(system.state.runId, node, program!);
      for (const pid of pids) process.kill(pid, `SIG${signal}`);
      return `${node}: ${line} (${pids.length} processes)`;
    });
  });
}
