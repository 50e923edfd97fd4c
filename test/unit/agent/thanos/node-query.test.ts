import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NodeQuery, type NodeQueryOptions } from '../../../../agent/thanos/node-query';
import { ThanosProgram } from '../../../../agent/thanos/program';
import { nodeQueryCommand } from '../../../../lib/core/thanos/node-query';

const AT = { address: '127.0.0.1', loopback: '127.0.0.1' };
let dir: string;
let started: ChildProcess[];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'promha-node-query-'));
  started = [];
});
afterEach(() => {
  for (const child of started) child.kill('SIGKILL');
  rmSync(dir, { recursive: true });
});

/** Something that runs with the arguments of a node's query, whose configuration is there. */
async function runs(config: string): Promise<number> {
  const args = nodeQueryCommand({ ...AT, endpointsFile: join(config, 'thanos-endpoints.yml'), memoryMiB: 512 });
  const child = spawn(process.execPath, ['-e', 'console.log(1); setInterval(() => {}, 1000)', '--', ...args]);
  started.push(child);
  await new Promise((resolve) => child.stdout.once('data', resolve));
  return child.pid!;
}

function nodeQuery(): NodeQuery {
  const paths = { bin: dir, config: dir, pid: () => join(dir, 'pid'), log: () => join(dir, 'log') };
  const program = new ThanosProgram(paths, null, () => {});
  return new NodeQuery({
    ...AT,
    paths,
    env: { units: false },
    nodes: () => [],
    machineMiB: 4096,
    program,
    log: () => {},
  } as NodeQueryOptions);
}

test('an agent that starts again takes over its own query, whose pid was not written', async () => {
  const pid = await runs(dir);
  const query = nodeQuery();
  expect([query.adopt(), query.status.pid]).toEqual([true, pid]);
  query.release();
});

test('and none of another cluster on this machine, which has the same addresses in a network of its own', async () => {
  await runs(join(dir, 'of-another-cluster'));
  const query = nodeQuery();
  expect([query.adopt(), query.status.pid]).toEqual([false, null]);
  query.release();
});
