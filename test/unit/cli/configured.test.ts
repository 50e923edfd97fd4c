import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { awsCluster } from '../../../lib/cli/cluster/cluster';
import { configuredCluster } from '../../../lib/cli/cluster/configured';

const dir = mkdtempSync(join(tmpdir(), 'promha-configured-'));
const before = { ...process.env };
beforeEach(() => {
  for (const name of ['AWS_REGION', 'AWS_DEFAULT_REGION']) delete process.env[name];
  // Nobody answers there.
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
    AWS_ACCESS_KEY_ID: 'a',
    AWS_SECRET_ACCESS_KEY: 'b',
  });
});
afterAll(() => {
  process.env = before;
  rmSync(dir, { recursive: true });
});

let files = 0;
function clusterFile(text: string): string {
  const file = join(dir, `cluster-${(files += 1)}.ts`);
  writeFileSync(file, text);
  return file;
}
const named = (name: string): string => clusterFile(`export default { name: '${name}', region: 'ap-southeast-2' };\n`);
const asked = (configured: () => ReturnType<typeof configuredCluster>, name?: string): Promise<string> =>
  awsCluster(name, 2_000, configured).then(
    () => '',
    (error: Error) => error.message,
  );

test('without a flag the cluster of config/cluster.ts is meant, before and after it gets another name', async () => {
  expect(await asked(() => configuredCluster(named('metrics')))).toContain('the stack metrics-stateful');
  expect(process.env.AWS_REGION).toBe('ap-southeast-2');
  expect(await asked(() => configuredCluster(named('renamed')))).toContain('the stack renamed-stateful');
});

test('a flag wins, and then config/cluster.ts is not even read', async () => {
  process.env.AWS_REGION = 'eu-west-3';
  const never = (): never => {
    throw new Error('read');
  };
  expect(await asked(never, 'other')).toContain('the stack other-stateful');
  expect(process.env.AWS_REGION).toBe('eu-west-3');
});

test("the environment's region wins", async () => {
  process.env.AWS_DEFAULT_REGION = 'us-east-1';
  await asked(() => configuredCluster(named('metrics')));
  expect(process.env.AWS_REGION).toBeUndefined();
});

test.each([
  ['is not there', join(dir, 'none.ts'), 'no such file'],
  ['does not load', clusterFile('export default {'), 'Unexpected|Expected|Syntax|expected'],
  ['says no name', clusterFile('export default { region: "a" };'), 'no name, or no region'],
])('a file that %s: how to name a cluster is said', (_, file, got) => {
  expect(() => configuredCluster(file)).toThrow(/--cluster/);
  expect(() => configuredCluster(file)).toThrow(new RegExp(got));
});
