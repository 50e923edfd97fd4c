import { spawn, spawnSync } from 'node:child_process';
import { readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { UserError } from '../../lib/contract/errors';

const LOCK = 'package-lock.json';
const BRANCHES = ['origin/main', 'main', 'origin/master', 'master'];

const tryGit = (root: string, args: readonly string[]): string | null => {
  const { status, stdout } = spawnSync('git', ['-C', root, ...args], { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : null;
};

/** What is compared with. */
export interface ReviewBase {
  /** What a person calls it. */
  readonly name: string;
  readonly commit: string;
}

/**
 * The commit of `asked`; without it the one at which this branch left main, or HEAD where there is no main.
 * @throws UserError when there is no such commit
 */
export function baseOf(root: string, asked: string | undefined): ReviewBase {
  const main = BRANCHES.find((branch) => tryGit(root, ['rev-parse', '--verify', '--quiet', branch]) !== null);
  const left = main === undefined ? null : tryGit(root, ['merge-base', 'HEAD', main]);
  const name = asked ?? left ?? 'HEAD';
  const commit = tryGit(root, ['rev-parse', '--verify', '--quiet', `${name}^{commit}`]);
  if (commit === null) {
    throw new UserError({
      what: 'there is nothing to compare with',
      got: `${name}, which git does not know here`,
      expected: 'a branch, tag or commit of this repository',
      fix: 'git fetch --unshallow, or name another: npm run review -- HEAD~1',
    });
  }
  return { name: asked ?? (left === null ? 'HEAD' : `${main} at ${left.slice(0, 7)}`), commit };
}

/**
 * Checks a commit out beside the working tree; its packages are those of the working tree where templates are made of
 * the same ones, else its own. @throws UserError
 */
export async function checkOut(root: string, commit: string, dir: string, signal: AbortSignal): Promise<void> {
  await run('git', ['-C', root, 'worktree', 'add', '--quiet', '--detach', dir, commit], root, signal);
  if (productPackages(dir) === productPackages(root)) {
    return symlinkSync(join(root, 'node_modules'), join(dir, 'node_modules'));
  }
  process.stderr.write(`${LOCK} is another one there: installing its packages\n`);
  await run('npm', ['ci', '--omit=dev', '--no-audit', '--no-fund', '--loglevel=error'], dir, signal);
}

const PACKAGES = z.object({
  packages: z.record(z.string(), z.object({ version: z.string().optional(), dev: z.boolean().optional() })),
});

/** What of the lock file templates are made of; those that only we need change none. */
function productPackages(tree: string): string {
  const { packages } = PACKAGES.parse(JSON.parse(readFileSync(join(tree, LOCK), 'utf8')));
  const product = Object.entries(packages).filter(([name, { dev }]) => name.startsWith('node_modules/') && !dev);
  return product.map(([name, { version }]) => `${name} ${version}`).join('\n');
}

/** Takes the checked out commit away again, whatever is left of it. */
export function takeAway(root: string, dir: string): void {
  tryGit(root, ['worktree', 'remove', '--force', dir]);
  tryGit(root, ['worktree', 'prune']);
}

/** `cdk synth` of a tree, without an account. `which`: the tree, for messages. @throws UserError with what it said */
export async function synthTree(
  { tree, which, out, context }: { tree: string; which: string; out: string; context: readonly string[] },
  signal: AbortSignal,
): Promise<void> {
  const cdk = require.resolve('aws-cdk/bin/cdk');
  const flags = context.flatMap((one) => ['-c', one]);
  try {
    await run(process.execPath, [cdk, 'synth', '--quiet', '--output', out, ...flags], tree, signal);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError({ ...error.problem, what: `${which} cannot be synthesized`, expected: undefined });
  }
}

/** @throws UserError with the end of what it printed; what the signal says when it is stopped */
async function run(program: string, args: readonly string[], cwd: string, signal: AbortSignal): Promise<void> {
  const child = spawn(program, [...args], { cwd, signal, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (data: Buffer) => (said += data.toString()));
  let failure: Error | null = null;
  child.on('error', (error) => (failure = signal.aborted ? (signal.reason as Error) : error));
  // Also of one that was stopped: until then it may still write.
  const code = await new Promise<number | null>((done) => child.on('close', done));
  if (failure !== null) throw failure as Error;
  if (code === 0) return;
  const got = said.trim().split('\n').slice(-12).join('\n');
  throw new UserError({ what: `${program} ${args[0]} failed`, got, expected: 'exit code 0' });
}
