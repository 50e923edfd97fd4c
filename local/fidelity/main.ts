/**
 * `npm run fidelity [-- --json]`: every resource that config/ deploys, and what becomes of it in the local run.
 * JSON: [{ type, name, how, why, test }]. Exit codes: 0, 1 when synth fails, 2 wrong call.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { fidelityOf, renderFidelity, type DeployedResource } from './report';

const ROOT = join(__dirname, '../..');
const TEMPLATE = '.template.json';
const template = z.object({ Resources: z.record(z.string(), z.object({ Type: z.string() })) });

function main(args: readonly string[]): number {
  if (args.some((arg) => arg !== '--json')) {
    process.stderr.write('usage: npm run fidelity [-- --json]\n');
    return 2;
  }
  const dir = mkdtempSync(join(tmpdir(), 'prometheus-ha-fidelity-'));
  try {
    const cdk = require.resolve('aws-cdk/bin/cdk');
    const { status } = spawnSync(process.execPath, [cdk, 'synth', '--quiet', '--output', dir], {
      cwd: ROOT,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    if (status !== 0) return 1;
    const all = fidelityOf(resourcesIn(dir));
    process.stdout.write(`${args.includes('--json') ? JSON.stringify(all, null, 2) : renderFidelity(all)}\n`);
    return 0;
  } finally {
    rmSync(dir, { recursive: true });
  }
}

const resourcesIn = (dir: string): DeployedResource[] =>
  readdirSync(dir)
    .filter((file) => file.endsWith(TEMPLATE))
    .flatMap((file) => {
      const { Resources } = template.parse(JSON.parse(readFileSync(join(dir, file), 'utf8')));
      const stack = file.slice(0, -TEMPLATE.length);
      return Object.entries(Resources).map(([id, { Type }]) => ({ type: Type, name: `${stack}/${id}` }));
    });

process.exitCode = main(process.argv.slice(2));
