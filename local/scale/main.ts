/**
 * How one health-check cycle grows with the number of nodes: `npm run scale`. Prints a Markdown table. The function runs
 * under Lambda's limits: 256 MB of heap and 1,024 open files. Lambda gives 256 MB about a seventh of a core, which this
 * machine does not: the CPU time of a cycle has to be compared with what that leaves of its two seconds.
 */
import { fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundle } from '../../lib/infra/constructs/control/bundle';
import { ENV } from '../../lib/contract/names';
import { DEFAULT_POLICY } from '../../lib/contract/policy';
import type { CycleFigures } from './cycles';

const ROOT = join(__dirname, '../..');
const CYCLES = 10;
/** The first cycle learns the addresses and opens what stays open. */
const WARM_UP = 1;
const SCENARIOS = [
  { nodes: 2, hung: 0 },
  { nodes: 20, hung: 0 },
  { nodes: 200, hung: 0 },
  { nodes: 200, hung: 67 },
  { nodes: 1_000, hung: 0 },
  { nodes: 1_000, hung: 100 },
  { nodes: 1_000, hung: 334 },
];

async function message<T>(child: ChildProcess): Promise<T> {
  const gone = once(child, 'exit').then(([code]) => Promise.reject(new Error(`a part ended early with ${code}`)));
  return Promise.race([once(child, 'message').then(([value]) => value as T), gone]);
}

async function measure(file: string, { nodes, hung }: { nodes: number; hung: number }): Promise<CycleFigures[]> {
  const stubs = fork(join(__dirname, 'stubs.ts'), [`${nodes}`, `${hung}`], { execArgv: ['--import', 'tsx'] });
  try {
    const { port } = await message<{ port: number }>(stubs);
    const command = `ulimit -n 1024; exec ${process.execPath} --max-old-space-size=256 ${file} ${CYCLES}`;
    const cycles = spawn('sh', ['-c', command], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      env: {
        AWS_ENDPOINT_URL: `http://localhost:${port}`,
        AWS_REGION: 'eu-west-1',
        AWS_ACCESS_KEY_ID: 'x',
        AWS_SECRET_ACCESS_KEY: 'x',
        [ENV.cluster]: 'scale',
        [ENV.shard]: '0',
        [ENV.controlBucket]: 'control',
        [ENV.policy]: JSON.stringify(DEFAULT_POLICY),
      },
    });
    return await message<CycleFigures[]>(cycles);
  } finally {
    stubs.kill('SIGKILL');
  }
}

async function main(): Promise<void> {
  console.log('| nodes (hung) | cycle, ms (median / worst) | CPU, ms | memory, MB | open files | healthy |');
  console.log('|---|---|---|---|---|---|');
  const directory = mkdtempSync(join(tmpdir(), 'prometheus-ha-scale-'));
  const file = join(directory, 'cycles.js');
  writeFileSync(file, bundle(join(__dirname, 'cycles.ts'), ROOT));
  try {
    for (const scenario of SCENARIOS) {
      const all = await measure(file, scenario);
      const figures = all.slice(WARM_UP);
      const sorted = (of: (f: CycleFigures) => number): number[] => figures.map(of).sort((a, b) => a - b);
      const middle = (values: number[]): number => Math.round(values[Math.floor(values.length / 2)]!);
      const most = (of: (f: CycleFigures) => number): number => Math.round(sorted(of).at(-1)!);
      const wall = (f: CycleFigures): number => f.wallMs;
      const hung = scenario.hung === 0 ? '' : ` (${scenario.hung})`;
      const cells = [
        `${scenario.nodes}${hung}`,
        `${middle(sorted(wall))} / ${most(wall)}`,
        middle(sorted((f) => f.cpuMs)),
        most((f) => f.rssMb),
        most((f) => f.openFiles),
        Math.min(...figures.map((f) => f.healthy)),
      ];
      console.log(`| ${cells.join(' | ')} |`);
    }
  } finally {
    rmSync(directory, { recursive: true });
  }
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exit(1);
});
