import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(__dirname, '../../..');
let dir: string;
const clone = (): string => join(dir, 'clone');
const git = (...args: string[]): string =>
  execFileSync('git', ['-C', clone(), '-c', 'user.name=a', '-c', 'user.email=a@b.c', ...args], { encoding: 'utf8' });

/** A clone of what is in the working tree, with one commit and no remote. */
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'promha-review-'));
  const files = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '-z'], { cwd: ROOT, encoding: 'utf8' });
  execFileSync('git', ['init', '--quiet', '--initial-branch=main', clone()]);
  const copy = 'xargs -0 -I{} sh -c \'[ ! -e "$1" ] || cp --parents "$1" "$2"\' _ {} "$TO"';
  execFileSync('sh', ['-c', copy], { cwd: ROOT, input: files, env: { ...process.env, TO: clone() } });
  symlinkSync(join(ROOT, 'node_modules'), join(clone(), 'node_modules'));
  git('add', '.');
  git('commit', '--quiet', '--no-verify', '-m', 'all');
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function run(...args: string[]): { code: number | null; out: string; err: string } {
  // As on a machine that knows no account.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('AWS_')));
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', 'local/review/main.ts', ...args], {
    cwd: clone(),
    env: { ...env, AWS_EC2_METADATA_DISABLED: 'true', HOME: dir },
    encoding: 'utf8',
  });
  return { code: status, out: stdout, err: stderr };
}
const edit = (from: RegExp, to: string): void => {
  const file = join(clone(), 'config/cluster.ts');
  writeFileSync(file, readFileSync(file, 'utf8').replace(from, to));
};

test('on a fresh clone, without an account: what is edited and not yet committed; nothing is left behind', () => {
  edit(/name: 'trading-metrics'/, "name: 'renamed'");
  const { code, out, err } = run('--json');
  expect({ code, err }).toEqual({ code: 3, err: expect.any(String) });
  const { base, impact, changes, refused } = JSON.parse(out);
  const commit = git('rev-parse', 'HEAD').trim();
  expect(base).toEqual({ name: `main at ${commit.slice(0, 7)}`, commit });
  expect([impact, refused]).toEqual(['data at risk', []]);
  expect(changes).toHaveLength(6);
  for (const change of changes)
    expect(change).toMatchObject({ change: 'renamed', why: expect.stringContaining('a second cluster') });
  expect(git('worktree', 'list').trim().split('\n')).toHaveLength(1);
  // The list of nodes is still that of what is deployed.
  expect(git('status', '--porcelain').trim()).toBe('M config/cluster.ts');
}, 600_000);

test('what cannot be reviewed is no success', () => {
  expect(run('--wrong').code).toBe(2);
  expect(run('a', 'b').code).toBe(2);
  const unknown = run('no-such-branch');
  expect(unknown).toMatchObject({
    code: 1,
    err: expect.stringContaining('no-such-branch, which git does not know here'),
  });
  edit(/replicas: 2/, 'replicas: 0');
  const broken = run('HEAD');
  expect(broken).toMatchObject({
    code: 1,
    out: '',
    err: expect.stringContaining('the working tree cannot be synthesized'),
  });
  expect(broken.err).toContain('config/cluster.ts');
}, 600_000);
