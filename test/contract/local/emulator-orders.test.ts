import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudFormationClient, CreateStackCommand } from '@aws-sdk/client-cloudformation';
import {
  CloudWatchClient,
  DescribeAlarmHistoryCommand,
  DescribeAlarmsCommand,
  PutMetricAlarmCommand,
  SetAlarmStateCommand,
} from '@aws-sdk/client-cloudwatch';
import { EC2Client, RunInstancesCommand } from '@aws-sdk/client-ec2';
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { CreateTopicCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { SendCommandCommand, SSMClient } from '@aws-sdk/client-ssm';
import { deliveredSince } from '../../../lib/cli/smoke/alarm';
import { startEmulator, type Emulator } from '../../../local/emulator/deploy';
import { serveEvaluator } from '../../../local/iam/service';
import { deployedSessions } from '../../../local/run/deploy/credentials';
import { followOrders, sendToQueue, tellEmulator, type ApiOrder } from '../../../local/run/deploy/orders';
import { resolveTools } from '../../../local/tools';

/** What an operator orders by AWS's API: judged, noted for the local run, and told again as CloudWatch tells it. */
const dir = mkdtempSync(join(tmpdir(), 'promha-orders-'));
const before = { ...process.env };
const OWNER = { accessKeyId: 'local', secretAccessKey: 'local' };
const arn = (service: string, what: string): string => `arn:aws:${service}:eu-west-1:123456789012:${what}`;
let emulator: Emulator;
let evaluator: { close(): Promise<void> };
let endpoint: string;
let operator: typeof OWNER & { readonly sessionToken: string };
let topic: string;
const machines: string[] = [];

const as = (credentials: typeof OWNER) => ({ endpoint, region: 'eu-west-1', credentials, maxAttempts: 1 });

beforeAll(async () => {
  const { moto_server } = await resolveTools(['moto_server']);
  const { python, env } = moto_server;
  const socket = join(dir, 'iam.sock');
  evaluator = await serveEvaluator(socket, () => undefined);
  emulator = await startEmulator({ python, env, listen: ['127.0.0.1:0'], log: join(dir, 'log'), authorize: socket });
  endpoint = `http://${emulator.listen[0]}`;

  const ec2 = new EC2Client(as(OWNER));
  for (const cluster of ['x', 'another']) {
    const made = await ec2.send(
      new RunInstancesCommand({
        ImageId: 'ami-0a1b2c3d',
        MinCount: 1,
        MaxCount: 1,
        TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'cluster', Value: cluster }] }],
      }),
    );
    machines.push(made.Instances![0]!.InstanceId!);
  }
  const sns = new SNSClient(as(OWNER));
  topic = (await sns.send(new CreateTopicCommand({ Name: 'alarms' }))).TopicArn!;
  await sns.send(new SubscribeCommand({ TopicArn: topic, Protocol: 'email', Endpoint: 'me@example.com' }));
  const cloudwatch = new CloudWatchClient(as(OWNER));
  for (const AlarmName of ['x-relay-errors', 'x-other']) {
    await cloudwatch.send(
      new PutMetricAlarmCommand({
        AlarmName,
        AlarmActions: [topic],
        ComparisonOperator: 'GreaterThanThreshold',
        EvaluationPeriods: 1,
        MetricName: 'Errors',
        Namespace: 'AWS/Lambda',
        Period: 60,
        Statistic: 'Sum',
        Threshold: 1,
      }),
    );
  }
  operator = await roleWith([
    ['cloudwatch:SetAlarmState', arn('cloudwatch', 'alarm:x-relay-errors')],
    ['cloudwatch:DescribeAlarmHistory', arn('cloudwatch', 'alarm:*')],
    ['ssm:SendCommand', 'arn:aws:ssm:eu-west-1::document/AWS-RunShellScript'],
    ['ssm:SendCommand', arn('ec2', 'instance/*'), { StringEquals: { 'aws:ResourceTag/cluster': 'x' } }],
  ]);
}, 60_000);
afterAll(async () => {
  process.env = before;
  await emulator.stop();
  await evaluator.close();
  rmSync(dir, { recursive: true });
});

async function roleWith(allowed: readonly (readonly [string, string, object?])[]): Promise<typeof operator> {
  const iam = new IAMClient(as(OWNER));
  const Version = '2012-10-17';
  const document = (statements: readonly object[]): string => JSON.stringify({ Version, Statement: statements });
  await iam.send(new CreateRoleCommand({ RoleName: 'promha', AssumeRolePolicyDocument: document([]) }));
  const statements = allowed.map(([Action, Resource, Condition]) => ({ Effect: 'Allow', Action, Resource, Condition }));
  await iam.send(
    new PutRolePolicyCommand({ RoleName: 'promha', PolicyName: 'p', PolicyDocument: document(statements) }),
  );
  const env = await deployedSessions(endpoint)({ role: 'promha' }, 's');
  return {
    accessKeyId: env.AWS_ACCESS_KEY_ID!,
    secretAccessKey: env.AWS_SECRET_ACCESS_KEY!,
    sessionToken: env.AWS_SESSION_TOKEN!,
  };
}

/** The orders that come of it. */
async function ordersOf(act: () => Promise<unknown>): Promise<ApiOrder[]> {
  const orders: ApiOrder[] = [];
  const follow = followOrders(
    endpoint,
    async (one) => void orders.push(one),
    (error) => {
      throw error;
    },
  );
  await act();
  const last = orders.length;
  for (let look = 0; look < 50 && orders.length === last; look += 1) await new Promise((r) => setTimeout(r, 50));
  await follow.stop();
  return orders;
}

const setAlarm = (AlarmName: string) =>
  new CloudWatchClient(as(operator)).send(
    new SetAlarmStateCommand({ AlarmName, StateValue: 'ALARM', StateReason: 'a test' }),
  );
const run = (machine: string) =>
  new SSMClient(as(operator)).send(
    new SendCommandCommand({
      InstanceIds: [machine],
      DocumentName: 'AWS-RunShellScript',
      Parameters: { commands: ['pkill -KILL -x prometheus'] },
    }),
  );

test('what the policy allows is noted, whatever else is refused and is not', async () => {
  await expect(setAlarm('x-other')).rejects.toMatchObject({ name: expect.stringMatching(/^AccessDenied/) });
  await expect(run(machines[1]!)).rejects.toMatchObject({ name: 'AccessDeniedException' });
  await expect(new CloudWatchClient(as(operator)).send(new DescribeAlarmsCommand({}))).rejects.toThrow(/alarm:\*/);
  const orders = await ordersOf(async () => {
    await setAlarm('x-relay-errors');
    await run(machines[0]!);
  });
  expect(orders).toEqual([
    expect.objectContaining({ what: 'set-alarm', alarm: 'x-relay-errors', state: 'ALARM', reason: 'a test' }),
    expect.objectContaining({
      what: 'run-command',
      document: 'AWS-RunShellScript',
      instances: [machines[0]],
      commands: ['pkill -KILL -x prometheus'],
    }),
  ]);
});

test('what Lambda sends to a queue lies there', async () => {
  const Resources = { Q: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'x-given-up' } } };
  await new CloudFormationClient(as(OWNER)).send(
    new CreateStackCommand({ StackName: 'q', TemplateBody: JSON.stringify({ Resources }) }),
  );
  expect(await sendToQueue(endpoint, 'x-given-up', null)).toBe(0);
  expect(await sendToQueue(endpoint, 'x-given-up', { requestPayload: 1 })).toBe(1);
  expect(await sendToQueue(endpoint, 'x-given-up', null)).toBe(1);
  await expect(sendToQueue(endpoint, 'another', null)).rejects.toThrow(/answered 500/);
});

test('CloudWatch and SNS tell what came of the alarm', async () => {
  const setAt = Date.now();
  const tell = (refused: string | null): Promise<void> =>
    tellEmulator(endpoint, 'alarm', {
      name: 'x-relay-errors',
      state: 'ALARM',
      reason: 'a test',
      actions: [{ arn: topic, refused }],
    });
  await tell('not authorized');
  await tell(null);
  const { AlarmHistoryItems = [] } = await new CloudWatchClient(as(operator)).send(
    new DescribeAlarmHistoryCommand({ AlarmName: 'x-relay-errors', HistoryItemType: 'Action' }),
  );
  expect(AlarmHistoryItems.map(({ HistorySummary }) => HistorySummary)).toEqual([
    `Successfully executed action ${topic}`,
    `Failed to execute action ${topic}. Received error: "not authorized"`,
  ]);
  expect(Math.abs(AlarmHistoryItems[0]!.Timestamp!.getTime() - setAt)).toBeLessThan(30_000);

  Object.assign(process.env, {
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
  });
  const { signal } = new AbortController();
  const measured = { measurements: {}, findings: [] };
  expect(await deliveredSince({ topicArn: topic, setAt, measured }, signal)).toBe(1);
}, 30_000);
