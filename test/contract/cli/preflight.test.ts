import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CreateVolumeCommand, EC2Client } from '@aws-sdk/client-ec2';
import { CloudFormationClient, CreateStackCommand } from '@aws-sdk/client-cloudformation';
import { CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { GetParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { preflight, preflightCode } from '../../../lib/cli/commands/preflight';
import { mirroredObjects } from '../../../lib/cli/preflight/look-mirror';
import { TAGS } from '../../../lib/contract/tags';
import { SERVICE_ROLES } from '../../../lib/core/preflight/account';
import type { PreflightFinding } from '../../../lib/core/preflight/findings';
import { resolveCluster } from '../../../lib/infra/config/check/cluster';
import { resolveTools } from '../../../local/tools';
import config from '../../fixtures/config/cluster';
import { startEmulator } from '../agent/agent-tools';

const { type, architecture } = config.instance;
const base = resolveCluster({ ...config, instance: { type, architecture }, artifactMirror: 'mirror' });
const before = { ...process.env };
/** What the emulator does not know: quotas, and Lambda's limits. */
const account = { executions: 2, functions: false };
const limits = createServer((request, response) => {
  const target = String(request.headers['x-amz-target'] ?? '');
  const answer = (code: number, body: object): void => {
    response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };
  let text = '';
  request.on('data', (chunk) => (text += String(chunk)));
  request.on('end', () => {
    if (request.url!.includes('account-settings')) {
      return answer(200, { AccountLimit: { ConcurrentExecutions: account.executions } });
    }
    if (target === '') {
      return account.functions
        ? answer(200, {})
        : answer(404, { __type: 'ResourceNotFoundException', message: 'none' });
    }
    const isDefault = target.endsWith('GetAWSDefaultServiceQuota');
    // Only what was ever raised has a value of its own.
    if (text.includes('"fargate"')) {
      return isDefault ? answer(200, { Quota: { Value: 6 } }) : answer(400, { __type: 'NoSuchResourceException' });
    }
    return answer(200, { Quota: { Value: isDefault ? 5 : 32 } });
  });
});
let emulator: { url: string; process: ChildProcess };
let s3: S3Client;

beforeAll(async () => {
  const { moto_server } = await resolveTools(['moto_server']);
  emulator = await startEmulator(moto_server.path);
  await once(limits.listen(0, '127.0.0.1'), 'listening');
  const url = `http://127.0.0.1:${(limits.address() as AddressInfo).port}`;
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: emulator.url,
    AWS_ENDPOINT_URL_SERVICE_QUOTAS: url,
    AWS_ENDPOINT_URL_LAMBDA: url,
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'x',
    AWS_SECRET_ACCESS_KEY: 'x',
  });
  s3 = new S3Client({ forcePathStyle: true });
  await s3.send(
    new CreateBucketCommand({ Bucket: 'mirror', CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' } }),
  );
}, 60_000);
afterAll(() => {
  s3.destroy();
  limits.close();
  limits.closeAllConnections();
  process.env = before;
  emulator.process.kill();
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
  account.executions = 1000;
  const { lines } = await found(cluster);
  // Fargate's default, which the emulated account never raised, is too small for a deploy under load.
  expect(lines).toEqual(['warn: Fargate on-demand vCPUs: the account has 6']);
  const x86 = await found({ ...cluster, instance: { ...base.instance, type: 'r7i.large', architecture: 'x86_64' } });
  expect(x86.lines).toContainEqual(expect.stringMatching(/^stop: image .* is for arm64, the instance type for x86_64/));
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
  account.functions = true;
  const { lines } = await found();
  expect(lines).toContain(`stop: a function ${base.name}-health-check exists, and no stack of this cluster has it`);
  expect(lines).toContain(`stop: the stack ${base.name}-network is somebody else's`);
  expect(lines).toContain(
    `stop: the stack ${base.name}-stateful is gone, and it left ${VolumeId} of prometheus-1, s3://${blocks}`,
  );
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
