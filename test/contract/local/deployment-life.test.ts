import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CloudFormationClient,
  DescribeStacksCommand,
  UpdateTerminationProtectionCommand,
} from '@aws-sdk/client-cloudformation';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { lookAtNames } from '../../../lib/cli/preflight/look-names';
import { TAGS } from '../../../lib/contract/tags';
import { judgeNames } from '../../../lib/core/preflight/names';
import type { PreflightFinding } from '../../../lib/core/preflight/findings';
import { resolveCluster } from '../../../lib/infra/config/check/cluster';
import { loadConfiguration } from '../../../lib/infra/config/load';
import { assemblyIn, bootstrap, startEmulator, type Assembly, type Emulator } from '../../../local/emulator/deploy';
import { resolveTools } from '../../../local/tools';
import config from '../../fixtures/config/cluster';
import { FIXTURE_CONFIG } from '../../fixtures/config-dir';
import { assemble } from '../../infra/synthesize';
import { census } from './census';
import { stackState } from './stack-state';

/** A deployment from its first, failed deploy to its second life, by the real CDK CLI. Each test goes on where the last one ended. */
const REGION = 'eu-west-1';
const CLUSTER = resolveCluster(config);
const stackNamed = (part: string): string => `${CLUSTER.name}-${part}`;
const dir = mkdtempSync(join(tmpdir(), 'promha-life-'));
const env = { ...process.env };
const directories: string[] = [];
const said: string[] = [];
let emulator: Emulator;
let sound: Assembly;
/** Reserves executions that the account does not have: its stack `control` cannot be made. */
let broken: Assembly;

const client = () => ({
  endpoint: `http://${emulator.listen[0]}`,
  region: REGION,
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  forcePathStyle: true,
});

beforeAll(async () => {
  const { moto_server } = await resolveTools(['moto_server']);
  emulator = await startEmulator({
    python: moto_server.python,
    env: moto_server.env,
    listen: ['127.0.0.1:0'],
    log: join(dir, 'emulator.log'),
    lambdaConcurrency: 10,
  });
  const port = Number(emulator.listen[0]!.split(':')[1]);
  const account = { port, region: REGION, onProgress: (line: string) => void said.push(line) };
  await bootstrap(account);
  const { cluster, bundle } = loadConfiguration(join(FIXTURE_CONFIG, 'cluster.ts'), FIXTURE_CONFIG);
  const of = (more: object): Assembly => {
    const made = assemble({ ...cluster, ...more }, bundle);
    directories.push(made.dir);
    return assemblyIn(made.dir, account);
  };
  sound = of({});
  broken = of({ walSegmentSize: '32MB', lambda: { concurrency: 1000, reserve: true } });
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: client().endpoint,
    AWS_REGION: REGION,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
  });
}, 600_000);

afterAll(async () => {
  process.env = env;
  await emulator?.stop();
  for (const made of [dir, ...directories]) rmSync(made, { recursive: true });
});

const status = async (part: string): Promise<string> => (await stackState(client(), stackNamed(part))).status;
async function stacks(): Promise<Readonly<Record<string, string>>> {
  const { Stacks = [] } = await new CloudFormationClient(client()).send(new DescribeStacksCommand({}));
  const own = Stacks.filter(({ StackName }) => StackName!.startsWith(CLUSTER.name));
  return Object.fromEntries(own.map((one) => [one.StackName!.slice(CLUSTER.name.length + 1), one.StackStatus!]));
}
/** What holds data: the same before and after. */
async function stateful(): Promise<readonly string[]> {
  const { volumes = [], buckets = [] } = await census(client());
  return [...volumes, ...buckets];
}
const unprotect = (): Promise<unknown> =>
  new CloudFormationClient(client()).send(
    new UpdateTerminationProtectionCommand({ StackName: stackNamed('stateful'), EnableTerminationProtection: false }),
  );
async function preflight(): Promise<PreflightFinding[]> {
  return judgeNames(await lookAtNames(CLUSTER), { cluster: CLUSTER.name, region: REGION, keptTag: TAGS.kept });
}

/** What there is while a deployment stands, of each kind. */
let standing: Awaited<ReturnType<typeof census>>;
let data: readonly string[];

test('a first deploy that fails in the middle: its stack takes everything back, those before it stand and bill', async () => {
  await expect(broken.deploy()).rejects.toThrow(/UnreservedConcurrentExecution/);
  expect(await stacks()).toEqual({
    stateful: 'CREATE_COMPLETE',
    network: 'CREATE_COMPLETE',
    query: 'CREATE_COMPLETE',
    thanos: 'CREATE_COMPLETE',
    control: 'ROLLBACK_COMPLETE',
  });
  const { functions, alarms = [], rules, instances, ...left } = await census(client());
  // Those of the scaling of queries are AWS's.
  expect(alarms.filter((name) => !name.startsWith('TargetTracking-'))).toEqual([]);
  expect([functions, rules, instances]).toEqual([undefined, undefined, undefined]);
  // What docs/runbook/taking-it-down.md says that it costs to leave it so.
  expect(left.natGateways).toHaveLength(2);
  expect(left.loadBalancers).toHaveLength(1);
  expect(left.services).toHaveLength(3);
  expect(left.volumes).toHaveLength(2);
  expect((await preflight()).map(({ what }) => what)).toEqual([
    `the stack ${stackNamed('control')} is ROLLBACK_COMPLETE`,
  ]);
}, 240_000);

test('the next deploy works, and makes no volume or bucket again', async () => {
  data = await stateful();
  await sound.deploy();
  const now = Object.values(await stacks());
  expect(now.filter((one) => /^(CREATE|UPDATE)_COMPLETE$/.test(one))).toHaveLength(6);
  expect(await stateful()).toEqual(data);
  standing = await census(client());
  expect(standing.instances).toHaveLength(2);
}, 240_000);

test('an update that fails is rolled back: machines, volumes, functions and alarms are those of before', async () => {
  await expect(broken.deploy()).rejects.toThrow(/UnreservedConcurrentExecution/);
  expect(await status('control')).toBe('UPDATE_ROLLBACK_COMPLETE');
  expect(await census(client())).toEqual(standing);
  await sound.deploy();
  expect(await census(client())).toEqual(standing);
}, 240_000);

test('destroyed: only data are left, and preflight names them', async () => {
  await new S3Client(client()).send(new PutObjectCommand({ Bucket: bucketOf('control'), Key: 'kept', Body: 'data' }));
  await expect(sound.destroy()).rejects.toThrow(/TerminationProtection/);
  expect(await status('stateful')).toMatch(/^(CREATE|UPDATE)_COMPLETE$/);
  await unprotect();
  await sound.destroy();
  expect(await census(client())).toEqual({ volumes: standing.volumes, buckets: standing.buckets });
  const [found, ...more] = await preflight();
  expect(more).toEqual([]);
  expect(found!.level).toBe('stop');
  for (const name of data) expect(found!.what).toContain(name);
}, 240_000);

test('deployed again, by what preflight says: the same volumes and buckets, and no twin', async () => {
  const [, stack, map] = /npx cdk import (\S+) --resource-mapping-inline '([^']*)'/.exec((await preflight())[0]!.fix!)!;
  await sound.cdk(['import', stack!, '--resource-mapping-inline', map!]);
  expect(await status('stateful')).toBe('IMPORT_COMPLETE');
  await sound.deploy();
  expect(await stateful()).toEqual(data);
  const kinds = (all: typeof standing): object =>
    Object.fromEntries(Object.entries(all).map(([kind, names]) => [kind, names.length]));
  expect(kinds(await census(client()))).toEqual(kinds(standing));
  const { Body } = await new S3Client(client()).send(
    new GetObjectCommand({ Bucket: bucketOf('control'), Key: 'kept' }),
  );
  expect(await Body!.transformToString()).toBe('data');
  expect((await preflight()).map(({ level }) => level)).toEqual(['well']);
}, 240_000);

const bucketOf = (holds: string): string => data.find((name) => name.includes(`-${holds}bucket-`))!;
