import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { awsCluster } from '../../../lib/cli/cluster/cluster';
import { pauseReason, switchoverReason } from '../../../lib/cli/commands/operate';
import { UserError } from '../../../lib/contract/errors';
import { ending, EXIT, NotNow, Unreachable } from '../../../lib/cli/exit';

const sdk = Object.assign(new Error('The bucket does not exist'), {
  name: 'NoSuchBucket',
  $metadata: {},
  $fault: 'client',
});
const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });

test.each<[string, unknown, number]>([
  ['a usage error', new UserError({ what: 'which drill?' }), EXIT.usage],
  ['a cluster that is not well enough', new NotNow({ what: 'not now' }), EXIT.unhealthy],
  ['a broken document', new UserError({ what: 'not JSON', where: 's3://b/shards/0/assignment.json' }), EXIT.unhealthy],
  ['a stack that cannot be read', new Unreachable({ what: 'no stack' }), EXIT.unreachable],
  ['an answer of AWS', sdk, EXIT.unreachable],
  ['no way to AWS', refused, EXIT.unreachable],
  ['no credentials', Object.assign(new Error('none'), { name: 'CredentialsProviderError' }), EXIT.unreachable],
  ['a mistake of ours', new TypeError('x is undefined'), EXIT.defect],
])('%s', (_, error, code) => {
  const spoken = ending(error, false);
  expect(spoken).toMatchObject({ code, out: '' });
  expect(spoken.err).toMatch(/^promha: /);
  const json = ending(error, true);
  expect(json).toMatchObject({ code, err: '' });
  const { error: problem, exitCode } = JSON.parse(json.out) as { error: { what: string }; exitCode: number };
  expect(problem.what).not.toBe('');
  expect(exitCode).toBe(code);
});

test('an S3 that does not answer is not taken for missing credentials', () => {
  const silent = Object.assign(new Error('Request aborted'), { name: 'AbortError' });
  const { code, err } = ending(silent, false);
  expect(code).toBe(EXIT.unreachable);
  expect(err).toMatch(/no answer in time/);
  expect(err).not.toMatch(/credentials/);
});

test.each(['', '  ', '--local'])('a pause for %j is refused', (text) => {
  expect(() => pauseReason(text)).toThrow(/--reason does not say why/);
  expect(pauseReason(' new disks ')).toBe('new disks');
});

test('a switch-over needs no reason, but a flag is none: --local would be lost, and another cluster changed', () => {
  expect(switchoverReason('')).toBe('');
  expect(switchoverReason(' new kernel ')).toBe('new kernel');
  expect(() => switchoverReason('--local')).toThrow(/--reason does not say why\n +got: +--local/);
});

describe('a CloudFormation that accepts and never answers', () => {
  const before = { ...process.env };
  const silent = createServer(() => {});
  beforeAll(async () => {
    await once(silent.listen(0, '127.0.0.1'), 'listening');
    Object.assign(process.env, {
      AWS_ENDPOINT_URL: `http://127.0.0.1:${(silent.address() as AddressInfo).port}`,
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'x',
      AWS_SECRET_ACCESS_KEY: 'x',
    });
  });
  // Whoever still waits is let go, and finds nobody when he tries again.
  afterAll(() => {
    process.env = before;
    silent.close();
    silent.closeAllConnections();
  });

  test('is not waited for', async () => {
    const found = await awsCluster('c', 300).catch((error: Error) => error);
    expect(found).toBeInstanceOf(Unreachable);
    expect((found as Error).message).toMatch(/c-stateful cannot be read\n +got: +no answer/);
  });
});

describe('a call that is wrong', () => {
  const promha = (...words: string[]): { status: number | null; stdout: string; stderr: string } =>
    spawnSync(process.execPath, [join(__dirname, '../../../bin/promha.cjs'), ...words], { encoding: 'utf8' });

  const WRONG: [words: string[], what: string, fix: string][] = [
    [['bogus'], "unknown command 'bogus'", 'npx promha --help'],
    [['switchover', 'prometheus-2'], "too many arguments for 'switchover'", 'npx promha switchover --help'],
    [['status', '--shard', '-1'], '--shard is not the number of a shard', 'name one'],
    [['smoke', '--cluster', 'x'], 'nobody said that this one is a sandbox', 'promha smoke --yes-this-is-a-sandbox x'],
    [
      ['smoke', '--cluster', 'x', '--yes-this-is-a-sandbox', 'x', '--only', 'y'],
      '--only names no part',
      'promha smoke --only',
    ],
    [['status', '--cluster', ''], '--cluster is not the name of a cluster', 'correct it'],
  ];
  test.each(WRONG)('%j says what, got, expected and fix to programs', (words, what, fix) => {
    const said = promha(...words, '--json');
    expect(said).toMatchObject({ status: EXIT.usage, stderr: '' });
    const { error } = JSON.parse(said.stdout) as { error: Record<string, string> };
    expect(error).toMatchObject({ what: expect.stringContaining(what), fix: expect.stringContaining(fix) });
    expect(Object.keys(error)).toEqual(['what', 'got', 'expected', 'fix']);
  });

  test('what is wrong with the call is said before anybody looks for credentials, and those in one sentence', () => {
    const none = { ...process.env, AWS_EC2_METADATA_DISABLED: 'true', HOME: '/nowhere' };
    for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_PROFILE', 'AWS_ENDPOINT_URL'])
      delete none[name as never];
    const well = ['smoke', '--cluster', 'x', '--yes-this-is-a-sandbox', 'x', '--no-ask'];
    const run = (...words: string[]) =>
      spawnSync(process.execPath, [join(__dirname, '../../../bin/promha.cjs'), ...words], {
        encoding: 'utf8',
        env: { ...none, AWS_REGION: 'eu-west-1' },
      });
    expect(run('smoke', '--cluster', 'x')).toMatchObject({
      status: EXIT.usage,
      stderr: expect.not.stringMatching(/credentials/),
    });
    const said = run(...well);
    expect(said.status).toBe(EXIT.unreachable);
    expect(said.stderr).toMatch(
      /^promha: the stack x-stateful cannot be read: there are no AWS credentials\n {2}got: {6}Could not load credentials from any providers\n {2}expected: .*\n {2}fix: {6}.*\n$/,
    );
  });

  test('and to people, once', () => {
    const said = promha('status', '--bogus');
    expect(said).toMatchObject({ status: EXIT.usage, stdout: '' });
    expect(said.stderr).toBe(
      "promha: unknown option '--bogus'\n  got:      promha status --bogus\n  expected: what promha status takes\n  fix:      npx promha status --help\n",
    );
  });

  test('help is none: asked for it is well, without a command it is not', () => {
    expect(promha('--help')).toMatchObject({ status: EXIT.well, stderr: '' });
    expect(promha()).toMatchObject({ status: EXIT.usage, stderr: expect.stringContaining('Usage: promha') });
  });
});

test('a stack trace is for mistakes of ours only', () => {
  expect(ending(sdk, false).err).not.toContain('    at ');
  expect(ending(sdk, false).err).toMatch(/got: +NoSuchBucket: The bucket does not exist\n.*expected: .*\n.*fix: /);
  expect(ending(new TypeError('x'), false).err).toContain('    at ');
});
