import { once } from 'node:events';
import { createServer } from 'node:http';
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AllocateAddressCommand, CreateVolumeCommand, CreateVpcCommand, EC2Client } from '@aws-sdk/client-ec2';
import { CloudFormationClient, CreateStackCommand } from '@aws-sdk/client-cloudformation';
import { CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { CreateFunctionCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { RequestServiceQuotaIncreaseCommand, ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { GetParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { preflight, preflightCode } from '../../../lib/cli/commands/preflight';
import { mirroredObjects } from '../../../lib/cli/preflight/look-mirror';
import { TAGS } from '../../../lib/contract/tags';
import { SERVICE_ROLES } from '../../../lib/core/preflight/account';
import type { PreflightFinding } from '../../../lib/core/preflight/findings';
import { resolveCluster } from '../../../lib/infra/config/check/cluster';
import { startEmulator, type Emulator } from '../../../local/emulator/deploy';
import { resolveTools } from '../../../local/tools';
import config from '../../fixtures/config/cluster';

const { type, architecture } = config.instance;
const base = resolveCluster({ ...config, instance: { type, architecture }, artifactMirror: 'mirror' });
const before = { ...process.env };
const dir = mkdtempSync(join(tmpdir(), 'preflight-'));
const emulators: Emulator[] = [];
let s3: S3Client;

async function emulate(lambdaConcurrency: number): Promise<string> {
  const { python, env } = (await resolveTools(['moto_server'])).moto_server;
  const log = join(dir, 'emulator.log');
  const emulator = await startEmulator({
    python,
    env,
    listen: ['127.0.0.1:0'],
    log,
    lambdaConcurrency,
  });
  emulators.push(emulator);
  return `http://${emulator.listen[0]}`;
}

beforeAll(async () => {
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: await emulate(2),
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'x',
    AWS_SECRET_ACCESS_KEY: 'x',
  });
  s3 = new S3Client({ forcePathStyle: true });
  await s3.send(
    new CreateBucketCommand({ Bucket: 'mirror', CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' } }),
  );
}, 60_000);
afterAll(async () => {
  s3.destroy();
  process.env = before;
  await Promise.all(emulators.map((emulator) => emulator.stop()));
  rmSync(dir, { recursive: true });
});

/** What is not well, each as its level and its first words. */
async function found(cluster = base): Promise<{ readonly lines: readonly string[]; readonly code: number }> {
  const report = await preflight(cluster, true);
  const lines = report.findings
    .filter(({ level }) => level !== 'well')
    .map(({ level, what }: PreflightFinding) => `${level}: ${what}`);
  return { lines, code: preflightCode(report) };
}

test('an image that is not in the region', async () => {
  const { lines } = await found({ ...base, image: { id: 'ami-0a1b2c3d4e5f60718', by: 'config' } });
  expect(lines).toContain('stop: image ami-0a1b2c3d4e5f60718 is not in eu-west-1');
});

test('an account in which nothing was ever done: what to do about each thing', async () => {
  const { lines, code } = await found();
  expect(code).toBe(1);
  expect(lines.filter((line) => line.startsWith('stop'))).toEqual([
    'stop: eu-west-1 is not bootstrapped',
    'stop: concurrent executions of Lambda: the account has 2',
    ...Object.keys(SERVICE_ROLES).map((role) => `stop: the service-linked role ${role} is not there`),
    ...mirroredObjects(base).map(({ key }) => `stop: s3://mirror/${key} is not there`),
  ]);
});

test('what was done about is gone', async () => {
  const iam = new IAMClient({});
  for (const RoleName of Object.keys(SERVICE_ROLES)) {
    await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: '{}' }));
  }
  const ssm = new SSMClient({});
  await ssm.send(new PutParameterCommand({ Name: '/cdk-bootstrap/hnb659fds/version', Value: '30', Type: 'String' }));
  for (const { key } of mirroredObjects(base))
    await s3.send(new PutObjectCommand({ Bucket: 'mirror', Key: key, Body: 'x' }));
  if (base.image.id !== null) throw new Error('pinned');
  const { Parameter } = await ssm.send(new GetParameterCommand({ Name: base.image.parameter }));
  const cluster = { ...base, image: { id: Parameter!.Value!, by: 'lock' as const } };
  const raise = async (service: string, code: string, DesiredValue: number): Promise<string> => {
    const asked = new RequestServiceQuotaIncreaseCommand({ ServiceCode: service, QuotaCode: code, DesiredValue });
    return (await new ServiceQuotasClient({}).send(asked)).RequestedQuota!.Status!;
  };
  expect((await found(cluster)).lines).toContain('warn: Fargate on-demand vCPUs: the account has 6');
  expect(await raise('fargate', 'L-3032A538', 12)).toBe('APPROVED');
  // Lambda's takes days.
  expect(await raise('lambda', 'L-B99A9384', 2000)).toBe('PENDING');
  expect((await found(cluster)).lines).toContain('stop: concurrent executions of Lambda: the account has 2');
  process.env.AWS_ENDPOINT_URL_LAMBDA = await emulate(1000);
  const { lines } = await found(cluster);
  expect(lines).toEqual([]);
  const x86 = await found({ ...cluster, instance: { ...base.instance, type: 'r7i.large', architecture: 'x86_64' } });
  expect(x86.lines).toContainEqual(expect.stringMatching(/^stop: image .* is for arm64, the instance type for x86_64/));
});

test('a region that others fill: VPCs and elastic IPs are counted, and those of the cluster are not', async () => {
  const ec2 = new EC2Client({});
  const own = [{ Key: TAGS.cluster, Value: base.name }];
  for (const Tags of [[], [], [], [], own])
    await ec2.send(
      new CreateVpcCommand({
        CidrBlock: '10.9.0.0/24',
        TagSpecifications: [{ ResourceType: 'vpc', Tags }],
      }),
    );
  for (let n = 0; n < 4; n += 1) await ec2.send(new AllocateAddressCommand({ Domain: 'vpc' }));
  const { lines } = await found();
  expect(lines).toContain('stop: VPCs of the region: the account has 5, of which others use 5');
  expect(lines).toContain('stop: elastic IPs of the region: the account has 5, of which others use 4');
});

test('machines and volumes that go beyond their quota', async () => {
  const { lines } = await found({ ...base, replicas: 3, volume: { sizeGiB: 16_384 } });
  expect(lines).toContain('stop: on-demand vCPUs, Standard instances: the account has 5');
  expect(lines).toContain('warn: TiB of gp3 volumes: the account has 50');
});

test('a stack of the name that is somebody else’s, and a volume whose stack is gone', async () => {
  const TemplateBody = JSON.stringify({ Resources: { T: { Type: 'AWS::SNS::Topic' } } });
  await new CloudFormationClient({}).send(new CreateStackCommand({ StackName: `${base.name}-network`, TemplateBody }));
  const tags = { [TAGS.cluster]: base.name, [TAGS.node]: 'prometheus-1', [TAGS.generation]: '1' };
  const { VolumeId } = await new EC2Client({}).send(
    new CreateVolumeCommand({
      AvailabilityZone: 'eu-west-1a',
      Size: 8,
      TagSpecifications: [
        { ResourceType: 'volume', Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) },
      ],
    }),
  );
  const blocks = `${base.name}-stateful-blocksbucket-2wx3yz`;
  for (const Bucket of [blocks, `${base.name}-stateful-blocksbucket`, `${base.name}-two-stateful-blocksbucket-1`]) {
    await s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' } }));
  }
  delete process.env.AWS_ENDPOINT_URL_LAMBDA;
  await new LambdaClient({}).send(
    new CreateFunctionCommand({
      FunctionName: `${base.name}-health-check`,
      Role: `arn:aws:iam::123456789012:role/${Object.keys(SERVICE_ROLES)[0]}`,
      Code: { ZipFile: Buffer.alloc(22, 'PK\x05\x06\0', 'latin1') },
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
    }),
  );
  const { lines } = await found();
  expect(lines).toContain(`stop: a function ${base.name}-health-check exists, and no stack of this cluster has it`);
  expect(lines).toContain(`stop: the stack ${base.name}-network is somebody else's`);
  expect(lines).toContain(
    `stop: the stack ${base.name}-stateful is gone, and it left ${VolumeId} of prometheus-1, s3://${blocks}`,
  );
});

test.each([
  [
    'a page',
    501,
    '<!doctype html><title>Not Implemented</title>',
    /^HTTP 501 (with a body that is not AWS's \(|without a reason$)/,
  ],
  ['nothing', 200, '', /an answer without/],
])('somebody else who answers with %s: not known, in a sentence', async (_, status, body, says) => {
  const stranger = createServer((_request, response) => void response.writeHead(status).end(body));
  await once(stranger.listen(0, '127.0.0.1'), 'listening');
  const own = process.env.AWS_ENDPOINT_URL;
  process.env.AWS_ENDPOINT_URL = `http://127.0.0.1:${(stranger.address() as AddressInfo).port}`;
  try {
    const { findings } = await preflight(base, true);
    const ofQuotas = findings.filter(({ what }) => what.startsWith('quota '));
    expect(ofQuotas.map(({ level }) => level)).toEqual(Array(6).fill('unknown'));
    for (const { why } of findings.filter(({ level }) => level === 'unknown')) {
      expect(why).toMatch(says);
      expect(why).not.toMatch(/SyntaxError|Deserialization/);
    }
  } finally {
    process.env.AWS_ENDPOINT_URL = own;
    stranger.close();
    stranger.closeAllConnections();
  }
});

test('an AWS that does not answer: everything that was asked is not known, and the code says so', async () => {
  for (const name of Object.keys(process.env).filter((one) => one.startsWith('AWS_ENDPOINT_URL'))) {
    process.env[name] = 'http://127.0.0.1:1';
  }
  const { lines, code } = await found();
  expect(lines.filter((line) => !line.startsWith('unknown'))).toEqual([]);
  expect(lines.length).toBeGreaterThan(8);
  expect(code).toBe(3);
}, 60_000);
