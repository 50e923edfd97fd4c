import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { PORTS } from '../../../lib/contract/ports';
import { namespaceOf, type OperatorMachine } from '../../run/actions/operator-machines';
import type { MetricReading } from '../instrument';
import { FAILOVER } from './failover-scenarios';
import type { Roles, Scenario } from '../scenario';
import { allNodes, type TestBed } from '../test-bed';

const PROMHA = join(__dirname, '../../../bin/promha.cjs');
const COMMAND_MS = 120_000;
const SILENT_AFTER_MS = 1_500;

/** What promha asks of nodes, and what operators reach besides. */
const NODE_PORTS = [PORTS.prometheus, PORTS.agent, PORTS.alertmanager, PORTS.thanosGrpc, PORTS.thanosHttp];

/** Neither hurts anybody: alerting goes to the other node and back. */
export const operatorMachines: Scenario = {
  ...FAILOVER,
  name: 'operator-machines',
  what: 'promha with the deployed policy of operators, from outside the VPC by the relay, and from inside directly',
  hurts: 'nobody',
  takeover: 'none',
  needsNamespaces: true,
  // Each pauses, resumes and switches.
  epochs: 6,
  inject: (world) => world.faults.act('add-operators'),
  course,
  undo: (world) => world.faults.act('remove-operators'),
};

async function course(world: TestBed, { active, standby }: Roles): Promise<MetricReading> {
  const ports = { outside: await reached(world, 'outside'), inside: await reached(world, 'inside') };
  const failed = [
    ...(await commands(world, 'outside', 'relay', standby)),
    ...(await commands(world, 'inside', 'direct', active)),
  ];
  // What it is good for: without the relay there is no way from outside.
  const direct = await promha(world, 'outside', ['status', '--via', 'direct', '--json']);
  return {
    measurements: {
      commandsFailed: failed.length,
      portsReachedOutside: ports.outside.length,
      portsReachedInside: ports.inside.length,
      directFromOutside: direct.code,
    },
    findings: [...failed, ...ports.outside.map((port) => `from outside ${port} answers`)],
  };
}

/** Runs each command; what failed, one line each. */
async function commands(
  world: TestBed,
  machine: OperatorMachine,
  via: 'relay' | 'direct',
  to: string,
): Promise<string[]> {
  const failed: string[] = [];
  for (const args of [
    ['status', '--json'],
    ['history', '--json'],
    ['history', '--all', '--json'],
    ['audit', '--range', '1m'],
    ['pause', '--reason', `drill: from ${machine}`],
    ['resume'],
    ['switchover', '--to', to],
    ['silence', 'add', 'NoSuchAlert', '--for', '1m', '--comment', `drill: from ${machine}`],
    ['silence', 'list', '--json'],
    ['status', '--json'],
  ]) {
    const { code, said } = await promha(world, machine, [...args, '--via', via]);
    if (code !== 0) failed.push(`${machine}: promha ${args.join(' ')}: exit ${code}, ${said}`);
    world.say(`    ${machine}: promha ${args[0]!}: ${code}`);
  }
  return failed;
}

/** The command, on that machine: with `--local` it calls as an operator with the deployed policy. */
function promha(
  { signal }: TestBed,
  machine: OperatorMachine,
  args: readonly string[],
): Promise<{ readonly code: number; readonly said: string }> {
  const all = ['netns', 'exec', namespaceOf(machine), process.execPath, PROMHA, ...args, '--local'];
  return new Promise((resolve) => {
    execFile('ip', all, { timeout: COMMAND_MS, signal, maxBuffer: 2 ** 24 }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
      resolve({ code, said: (stderr.trim() || stdout.trim()).slice(0, 600) });
    });
  });
}

/** Ports of nodes that take a connection from there, as node:port. */
async function reached(world: TestBed, machine: OperatorMachine): Promise<string[]> {
  const found = await Promise.all(
    allNodes(world).flatMap(({ node, address }) =>
      NODE_PORTS.map(async (port) => ((await connects(world, machine, address, port)) ? [`${node}:${port}`] : [])),
    ),
  );
  return found.flat();
}

const CONNECT = `const [host, port, ms] = process.argv.slice(1);
require('net').connect({ host, port: Number(port) }).on('connect', () => process.exit(0)).on('error', () => process.exit(1));
setTimeout(() => process.exit(2), Number(ms));`;

function connects({ signal }: TestBed, machine: OperatorMachine, address: string, port: number): Promise<boolean> {
  const args = ['netns', 'exec', namespaceOf(machine), process.execPath, '-e', CONNECT];
  return new Promise((resolve) => {
    execFile('ip', [...args, address, String(port), String(SILENT_AFTER_MS)], { signal }, (error) =>
      resolve(error === null),
    );
  });
}
