import { CreateSnapshotCommand, DescribeVolumesCommand, DetachVolumeCommand, EC2Client } from '@aws-sdk/client-ec2';
import { CloudFormationClient, SignalResourceCommand } from '@aws-sdk/client-cloudformation';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { z } from 'zod';
import { CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { GetFunctionCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { KMSClient, SignCommand } from '@aws-sdk/client-kms';
import { awsCluster } from '../../../lib/cli/cluster/cluster';
import { ENV } from '../../../lib/contract/environment';
import { KEYS } from '../../../lib/contract/keys';
import { deployedCallers, type MayCall } from '../../../local/run/functions/callers';
import { deployedSessions, nameInArn } from '../../../local/run/deploy/credentials';
import { readInstances } from '../../../local/run/deploy/read-back';
import { userDataFiles } from '../../../local/run/hosts/instance';

export interface Owner {
  readonly endpoint: string;
  readonly region: string;
  readonly forcePathStyle: boolean;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** As the account's owner, without an SDK of its own. */
async function askKms(endpoint: string, operation: string, body: object): Promise<unknown> {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `TrentService.${operation}`,
      authorization: 'AWS4-HMAC-SHA256 Credential=local/20261128/eu-west-1/kms/aws4_request, Signature=none',
    },
    body: JSON.stringify(body),
  });
  expect(response.status).toBe(200);
  const text = await response.text();
  return text === '' ? null : JSON.parse(text);
}

const KEYS_LISTED = z.object({ Keys: z.array(z.object({ KeyId: z.string() })) });
const POLICY = z.object({ Policy: z.string() });

/** The bootstrap has a key of its own. */
async function keyOfAlarms(endpoint: string): Promise<string> {
  const { Keys } = KEYS_LISTED.parse(await askKms(endpoint, 'ListKeys', {}));
  for (const { KeyId } of Keys) {
    const { Policy } = POLICY.parse(await askKms(endpoint, 'GetKeyPolicy', { KeyId, PolicyName: 'default' }));
    if (Policy.includes('cloudwatch.amazonaws.com')) return KeyId;
  }
  throw new Error('no key lets CloudWatch use it');
}

/** How a call ended: `ok`, or the name of the error. */
export const ended = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'ok',
    (error: Error) => error.name,
  );

const credentialsOf = (env: Readonly<Record<string, string>>) => ({
  accessKeyId: env.AWS_ACCESS_KEY_ID!,
  secretAccessKey: env.AWS_SECRET_ACCESS_KEY!,
  sessionToken: env.AWS_SESSION_TOKEN!,
});

/** What a node's role may do, as the node itself would call. */
function nodeRoleTests(owner: () => Owner): void {
  test('a node tells CloudFormation once that it works, and of no other stack', async () => {
    const { instances } = await readInstances(new EC2Client(owner()), { cluster: 'trading-metrics', ...owner() });
    const { instanceId, instanceProfile, userData } = instances[0]!;
    const { signal } = JSON.parse(userDataFiles(userData).get('/etc/prometheus-ha/boot.json')!) as {
      signal: { stack: string; resource: string };
    };
    const env = await deployedSessions(owner().endpoint)({ instanceProfile }, instanceId);
    const cfn = new CloudFormationClient({ ...owner(), credentials: credentialsOf(env), maxAttempts: 1 });
    const tell = (StackName: string, LogicalResourceId: string): Promise<string> =>
      ended(
        cfn.send(new SignalResourceCommand({ StackName, LogicalResourceId, UniqueId: instanceId, Status: 'SUCCESS' })),
      );
    expect(await tell(signal.stack, signal.resource)).toBe('ok');
    expect(await tell(signal.stack, signal.resource)).toBe('ValidationError');
    expect(await tell(signal.stack, 'Nobody')).toBe('ValidationError');
    expect(await tell('trading-metrics-network', signal.resource)).toBe('AccessDenied');
  });
}

/** What a client begins with that calls as a deployed function does. */
export async function asFunction(owner: Owner, name: string) {
  const lambda = new LambdaClient(owner);
  const { Configuration } = await lambda.send(new GetFunctionCommand({ FunctionName: `trading-metrics-${name}` }));
  const env = await deployedSessions(owner.endpoint)({ role: nameInArn(Configuration!.Role!) }, name);
  return { ...owner, credentials: credentialsOf(env), maxAttempts: 1 };
}

/** What the deployed roles may do, as their functions and nodes would call. */
export function deployedRoleTests(owner: () => Owner): void {
  nodeRoleTests(owner);
  const as = (name: string) => asFunction(owner(), name);
  const bucket = async (): Promise<string> => (await awsCluster('trading-metrics')).controlBucket;

  test('health-check writes the assignment and nothing of the nodes', async () => {
    const s3 = new S3Client(await as('health-check'));
    const Bucket = await bucket();
    const put = (Key: string): Promise<string> => ended(s3.send(new PutObjectCommand({ Bucket, Key, Body: '{}' })));
    expect(await put(KEYS.assignment(0))).toBe('ok');
    expect(await put('nodes/0/prometheus-1.json')).toBe('AccessDenied');
    expect(await ended(s3.send(new GetObjectCommand({ Bucket, Key: KEYS.assignment(0) })))).toBe('ok');
  });

  test('promote-alerting is told that an object is missing: it may list', async () => {
    const s3 = new S3Client(await as('promote-alerting'));
    const Bucket = await bucket();
    expect(await ended(s3.send(new GetObjectCommand({ Bucket, Key: KEYS.announcement(0, 'nobody') })))).toBe(
      'NoSuchKey',
    );
  });

  test('issue-certificates signs with its key, which nobody else may, and writes no request', async () => {
    const lambda = new LambdaClient(owner());
    const FunctionName = 'trading-metrics-issue-certificates';
    const { Configuration } = await lambda.send(new GetFunctionCommand({ FunctionName }));
    const sign = async (name: string): Promise<string> => {
      const Message = new TextEncoder().encode('x');
      const KeyId = Configuration!.Environment!.Variables![ENV.authorityKey];
      const kms = new KMSClient(await as(name));
      return ended(kms.send(new SignCommand({ KeyId, Message, SigningAlgorithm: 'ECDSA_SHA_256' })));
    };
    expect(await sign('issue-certificates')).toBe('ok');
    expect(await sign('health-check')).toBe('AccessDeniedException');
    const s3 = new S3Client(await as('issue-certificates'));
    const Bucket = await bucket();
    const put = (Key: string): Promise<string> => ended(s3.send(new PutObjectCommand({ Bucket, Key, Body: '{}' })));
    expect(await put(KEYS.certificate(0, 'nobody'))).toBe('ok');
    expect(await put(KEYS.certificateRequest(0, 'nobody'))).toBe('AccessDenied');
    expect(await put(KEYS.assignment(0))).toBe('AccessDenied');
  });

  test('take-snapshot detaches no volume, and makes no snapshot without its tags', async () => {
    const ec2 = new EC2Client(await as('take-snapshot'));
    const { Volumes } = await new EC2Client(owner()).send(new DescribeVolumesCommand({}));
    const VolumeId = Volumes!.find((v) => v.Tags?.some((t) => t.Value === 'trading-metrics'))!.VolumeId!;
    expect(await ended(ec2.send(new DetachVolumeCommand({ VolumeId })))).toBe('UnauthorizedOperation');
    expect(await ended(ec2.send(new CreateSnapshotCommand({ VolumeId })))).toBe('UnauthorizedOperation');
  });

  serviceTests(owner);
}

function serviceTests(owner: () => Owner): void {
  describe('services, by the policies of what they call', () => {
    const account = '123456789012';
    const arn = (service: string, what: string): string => `arn:aws:${service}:eu-west-1:${account}:${what}`;
    const alarm = { service: 'cloudwatch.amazonaws.com', sourceArn: arn('cloudwatch', 'alarm:any'), account };
    const may: MayCall = (...asked) => deployedCallers(owner().endpoint)(...asked);
    const topic = async (): Promise<string> => {
      const { MetricAlarms } = await new CloudWatchClient(owner()).send(new DescribeAlarmsCommand({}));
      return MetricAlarms!.flatMap((a) => a.AlarmActions ?? []).find((action) => action.includes(':sns:'))!;
    };

    test('EventBridge calls health-check for its own rule only', async () => {
      const rule = (name: string) => ({
        service: 'events.amazonaws.com',
        sourceArn: arn('events', `rule/${name}`),
        account,
      });
      const name = 'trading-metrics-health-check';
      const invoke = (caller: Parameters<MayCall>[0], of = arn('lambda', `function:${name}`)): Promise<boolean> =>
        may(caller, 'lambda:InvokeFunction', of);
      expect(await invoke(rule(name))).toBe(true);
      expect(await invoke(rule(name), name)).toBe(true);
      // Where the function is not: a cluster may be in any region.
      expect(await invoke(rule(name), arn('lambda', `function:${name}`).replace('eu-west-1', 'us-east-1'))).toBe(false);
      expect(await invoke(rule('trading-metrics-shed-load'))).toBe(false);
      expect(await invoke({ ...rule('trading-metrics-health-check'), service: 's3.amazonaws.com' })).toBe(false);
    });

    test('CloudWatch publishes alarms of this account to the topic', async () => {
      expect(await may(alarm, 'sns:Publish', await topic())).toBe(true);
      expect(await may({ ...alarm, account: '999999999999' }, 'sns:Publish', await topic())).toBe(false);
      expect(await may({ ...alarm, service: 's3.amazonaws.com' }, 'sns:Publish', await topic())).toBe(false);
    });

    test('and nothing while the key of the topic lets it not', async () => {
      const KeyId = await keyOfAlarms(owner().endpoint);
      const key = { KeyId, PolicyName: 'default' };
      const { Policy } = POLICY.parse(await askKms(owner().endpoint, 'GetKeyPolicy', key));
      await askKms(owner().endpoint, 'PutKeyPolicy', {
        ...key,
        Policy: Policy.replace('cloudwatch.amazonaws.com', 's3.amazonaws.com'),
      });
      expect(await may(alarm, 'sns:Publish', await topic())).toBe(false);
      await askKms(owner().endpoint, 'PutKeyPolicy', { ...key, Policy });
      expect(await may(alarm, 'sns:Publish', await topic())).toBe(true);
    });
  });
}
