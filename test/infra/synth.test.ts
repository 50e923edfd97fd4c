import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FIXTURE_CONFIG, ROOT } from '../fixtures/config-dir';
import { ConfigFixture } from '../fixtures/config-fixture';

/** What users type, by the real CLI, in processes of their own. */
function synth(out: string, ...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const env = { ...process.env, CDK_DISABLE_CLI_TELEMETRY: 'true', NODE_NO_WARNINGS: '1' };
  // No account and no credentials: synth must not want them.
  for (const name of Object.keys(env).filter((n) => n.startsWith('AWS_'))) delete env[name as keyof typeof env];
  const cdk = [require.resolve('aws-cdk/bin/cdk'), 'synth', '--quiet', '--output', out, ...args];
  return new Promise((done) =>
    execFile(process.execPath, cdk, { cwd: ROOT, env }, (error, stdout, stderr) =>
      done({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    ),
  );
}

/** Of the tests, not of the user. */
const OURS = ['-c', `configDir=${FIXTURE_CONFIG}`];
const dir = mkdtempSync(join(tmpdir(), 'promha-cli-'));
afterAll(() => rmSync(dir, { recursive: true }));

/** Times that the CLI took, written when a synth was slow; nothing reads them at a deploy. */
const TIMES = 'performance-counters.json';

/** Every file of a cloud assembly by its path. */
function files(at: string): [path: string, text: string][] {
  return readdirSync(at, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== TIMES)
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((path) => [path.slice(at.length), readFileSync(path, 'utf8')]);
}

test('two runs are byte-identical', async () => {
  const [first, second] = [join(dir, 'a'), join(dir, 'b')];
  expect(await synth(first, ...OURS)).toMatchObject({ code: 0 });
  expect(await synth(second, ...OURS)).toMatchObject({ code: 0 });
  const again = new Map(files(second));
  const found = files(first);
  expect(found.map(([path]) => path)).toEqual([...again.keys()]);
  expect(found.filter(([path, text]) => text !== again.get(path)).map(([path]) => path)).toEqual([]);
}, 180_000);

test('bad configuration ends with exit code 1, all messages, and no stack trace', async () => {
  const fixture = new ConfigFixture();
  fixture.edit('rules/redis.yml', 'redis_up == 0 or', 'redis_up == or').edit('targets/duckdb.yml', ':9201', '');
  const { code, stderr } = await synth(join(dir, 'c'), '-c', `configDir=${fixture.dir}`);
  const rule = fixture.lineOf('rules/redis.yml', 'redis_up == or');
  const target = fixture.lineOf('targets/duckdb.yml', 'targets:');
  fixture.remove();
  expect(code).toBe(1);
  expect(stderr).toContain(`${rule}30: alert RedisDown: this is not PromQL`);
  expect(stderr).toContain(target);
  expect(stderr).toContain('2 problems in the configuration.');
  expect(stderr).not.toMatch(/^ +at /m);
}, 120_000);
