import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CloudFormationClient,
  CreateStackCommand,
  DeleteStackCommand,
  UpdateStackCommand,
} from '@aws-sdk/client-cloudformation';
import {
  GetFunctionConcurrencyCommand,
  LambdaClient,
  ListFunctionEventInvokeConfigsCommand,
  PutFunctionConcurrencyCommand,
} from '@aws-sdk/client-lambda';
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { startEmulator, type Emulator } from '../../../local/emulator/deploy';
import { resolveTools } from '../../../local/tools';
import { stackState } from './stack-state';

/** What the emulator must do of Lambda and S3 as AWS does it. */
const dir = mkdtempSync(join(tmpdir(), 'promha-lambda-'));
const LATENCY = { readMs: 120, writeMs: 240 };
const emulators: Emulator[] = [];
/** Accounts with these quotas. */
const QUOTAS = { small: 10, usual: 1_000 };
const endpoints: Record<string, string> = {};

const callLogOf = (account: string): string => join(dir, `${account}.calls.jsonl`);

beforeAll(async () => {
  const { moto_server } = await resolveTools(['moto_server']);
  const { python, env } = moto_server;
  const common = { python, env, listen: ['127.0.0.1:0'], s3Latency: LATENCY };
  for (const [name, lambdaConcurrency] of Object.entries(QUOTAS)) {
    const emulator = await startEmulator({
      ...common,
      lambdaConcurrency,
      log: join(dir, `${name}.log`),
      callLog: callLogOf(name),
    });
    emulators.push(emulator);
    endpoints[name] = `http://${emulator.listen[0]}`;
  }
}, 60_000);

afterAll(async () => {
  await Promise.all(emulators.map((emulator) => emulator.stop()));
  rmSync(dir, { recursive: true });
});

const client = (account: keyof typeof QUOTAS) => ({
  endpoint: endpoints[account]!,
  region: 'eu-west-1',
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  maxAttempts: 1,
});

/** A function of this name, with a role. */
const template = (FunctionName: string, more: object = {}, asynchronous: object = {}): string =>
  JSON.stringify({
    Resources: {
      Role: {
        Type: 'AWS::IAM::Role',
        Properties: {
          AssumeRolePolicyDocument: {
            Version: '2012-10-17',
            Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
          },
        },
      },
      Function: {
        Type: 'AWS::Lambda::Function',
        Properties: {
          FunctionName,
          Code: { ZipFile: 'exports.handler = () => {};' },
          Handler: 'index.handler',
          Runtime: 'nodejs22.x',
          Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
          ...more,
        },
      },
      Asynchronous: {
        Type: 'AWS::Lambda::EventInvokeConfig',
        Properties: { FunctionName: { Ref: 'Function' }, Qualifier: '$LATEST', ...asynchronous },
      },
    },
  });

const create = (account: keyof typeof QUOTAS, StackName: string, TemplateBody: string): Promise<unknown> =>
  new CloudFormationClient(client(account)).send(new CreateStackCommand({ StackName, TemplateBody }));
const reserved = async (account: keyof typeof QUOTAS, FunctionName: string): Promise<number | undefined> =>
  (await new LambdaClient(client(account)).send(new GetFunctionConcurrencyCommand({ FunctionName })))
    .ReservedConcurrentExecutions;

const BELOW = (minimum: number): string =>
  `decreases account's UnreservedConcurrentExecution below its minimum value of [${minimum}]`;

test('an account that has 10 has nothing to reserve', async () => {
  await create('small', 'one', template('one', { ReservedConcurrentExecutions: 1 }));
  expect(await stackState(client('small'), 'one')).toEqual({
    status: 'ROLLBACK_COMPLETE',
    failed: { Function: expect.stringContaining(BELOW(10)) },
  });
  await create('small', 'none', template('none'));
  expect(await reserved('small', 'none')).toBeUndefined();
});

test('of 1,000 all but 100 may be reserved, by a stack and by a call, and no more after an update', async () => {
  const lambda = new LambdaClient(client('usual'));
  await create('usual', 'big', template('big', { ReservedConcurrentExecutions: 800 }));
  await create('usual', 'small', template('small', { ReservedConcurrentExecutions: 100 }));
  expect([await reserved('usual', 'big'), await reserved('usual', 'small')]).toEqual([800, 100]);
  const put = new PutFunctionConcurrencyCommand({ FunctionName: 'small', ReservedConcurrentExecutions: 101 });
  await expect(lambda.send(put)).rejects.toThrow(BELOW(100));
  const update = (ReservedConcurrentExecutions: number): Promise<unknown> =>
    new CloudFormationClient(client('usual')).send(
      new UpdateStackCommand({ StackName: 'big', TemplateBody: template('big', { ReservedConcurrentExecutions }) }),
    );
  await update(801);
  expect(await stackState(client('usual'), 'big')).toEqual({
    status: 'UPDATE_ROLLBACK_COMPLETE',
    failed: { Function: expect.stringContaining(BELOW(100)) },
  });
  expect(await reserved('usual', 'big')).toBe(800);
  await update(700);
  await lambda.send(put);
  expect([await reserved('usual', 'big'), await reserved('usual', 'small')]).toEqual([700, 101]);
  await new CloudFormationClient(client('usual')).send(new DeleteStackCommand({ StackName: 'big' }));
});

test('what becomes of asynchronous calls reads back, also after an update', async () => {
  const read = async (): Promise<unknown> =>
    (await new LambdaClient(client('small')).send(new ListFunctionEventInvokeConfigsCommand({ FunctionName: 'waits' })))
      .FunctionEventInvokeConfigs;
  const Destination = 'arn:aws:sns:eu-west-1:123456789012:lost';
  await create('small', 'waits', template('waits', {}, { MaximumEventAgeInSeconds: 60, MaximumRetryAttempts: 0 }));
  expect(await read()).toMatchObject([{ MaximumEventAgeInSeconds: 60, MaximumRetryAttempts: 0 }]);
  await new CloudFormationClient(client('small')).send(
    new UpdateStackCommand({
      StackName: 'waits',
      TemplateBody: template(
        'waits',
        {},
        { MaximumEventAgeInSeconds: 300, DestinationConfig: { OnFailure: { Destination } } },
      ),
    }),
  );
  expect(await read()).toMatchObject([
    { MaximumEventAgeInSeconds: 300, DestinationConfig: { OnFailure: { Destination } } },
  ]);
});

test('S3 takes its time to read and to write', async () => {
  const s3 = new S3Client({ ...client('small'), forcePathStyle: true });
  const timed = async (call: () => Promise<unknown>): Promise<number> => {
    const before = performance.now();
    await call();
    return performance.now() - before;
  };
  const at = { Bucket: 'slow', Key: 'x' };
  await s3.send(
    new CreateBucketCommand({ Bucket: at.Bucket, CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' } }),
  );
  expect(await timed(() => s3.send(new PutObjectCommand({ ...at, Body: 'x' })))).toBeGreaterThan(LATENCY.writeMs - 2);
  expect(await timed(() => s3.send(new GetObjectCommand(at)))).toBeGreaterThan(LATENCY.readMs - 2);
});

test('what is called is counted, by ten seconds, kinds of keys together', async () => {
  const s3 = new S3Client({ ...client('usual'), forcePathStyle: true });
  const Bucket = 'counted';
  await s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' } }));
  for (const Key of ['shards/0/assignment.json', 'shards/1/assignment.json', '01HXV1Z5S8Q4T6W9Y2B3C4D5E6/meta.json'])
    await s3.send(new PutObjectCommand({ Bucket, Key, Body: 'x' }));
  const counted = (what: string): number =>
    existsSync(callLogOf('usual'))
      ? readFileSync(callLogOf('usual'), 'utf8')
          .split('\n')
          .filter((line) => line.includes(`"operation": "PutObject", "what": "counted/${what}"`))
          .reduce((sum, line) => sum + (JSON.parse(line) as { count: number }).count, 0)
      : 0;
  while (counted('*/meta.json') < 1) await new Promise((resolve) => setTimeout(resolve, 200));
  expect(counted('shards/#/assignment.json')).toBe(2);
}, 30_000);
