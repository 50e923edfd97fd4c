import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CloudFormationClient,
  CreateChangeSetCommand,
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStackResourcesCommand,
  ExecuteChangeSetCommand,
  UpdateStackCommand,
  UpdateTerminationProtectionCommand,
} from '@aws-sdk/client-cloudformation';
import { ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import {
  DeregisterInstanceCommand,
  ListServicesCommand as ListNamesCommand,
  RegisterInstanceCommand,
  ServiceDiscoveryClient,
} from '@aws-sdk/client-servicediscovery';
import { startEmulator, type Emulator } from '../../../local/emulator/deploy';
import { resolveTools } from '../../../local/tools';
import { stackState } from './stack-state';

/** What becomes of a stack when something fails: the emulator has to do as CloudFormation does. */
const dir = mkdtempSync(join(tmpdir(), 'promha-stacks-'));
let emulator: Emulator;
const client = () => ({
  endpoint: `http://${emulator.listen[0]}`,
  region: 'eu-west-1',
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  maxAttempts: 1,
});
const cfn = () => new CloudFormationClient(client());

beforeAll(async () => {
  const { moto_server } = await resolveTools(['moto_server']);
  const { python, env } = moto_server;
  const log = join(dir, 'emulator.log');
  emulator = await startEmulator({ python, env, listen: ['127.0.0.1:0'], log, lambdaConcurrency: 10 });
}, 60_000);

afterAll(async () => {
  await emulator?.stop();
  rmSync(dir, { recursive: true });
});

type Resources = Readonly<Record<string, object>>;
const bucket = (BucketName: string, DeletionPolicy?: string, DependsOn?: string) => ({
  Type: 'AWS::S3::Bucket',
  ...(DeletionPolicy !== undefined && { DeletionPolicy }),
  ...(DependsOn !== undefined && { DependsOn }),
  Properties: { BucketName },
});
/** Of 10 executions none can be reserved. */
const failing = (DependsOn: readonly string[]): Resources => ({
  Role: {
    Type: 'AWS::IAM::Role',
    Properties: { AssumeRolePolicyDocument: { Version: '2012-10-17', Statement: [] } },
  },
  Fails: {
    Type: 'AWS::Lambda::Function',
    DependsOn,
    Properties: {
      FunctionName: 'fails',
      Code: { ZipFile: 'exports.handler = () => {};' },
      Handler: 'index.handler',
      Runtime: 'nodejs22.x',
      Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
      ReservedConcurrentExecutions: 1,
    },
  },
});

const of = (StackName: string, Resources: Resources, Outputs: object = {}) => ({
  StackName,
  TemplateBody: JSON.stringify({ Resources, Outputs }),
});
const create = (...args: Parameters<typeof of>): Promise<unknown> => cfn().send(new CreateStackCommand(of(...args)));
const update = (...args: Parameters<typeof of>): Promise<unknown> => cfn().send(new UpdateStackCommand(of(...args)));
const remove = (StackName: string): Promise<unknown> => cfn().send(new DeleteStackCommand({ StackName }));
const status = async (StackName: string): Promise<string> => (await stackState(client(), StackName)).status;

/** Physical ids of what a stack has, by logical id. */
async function physicalIds(StackName: string): Promise<Readonly<Record<string, string>>> {
  const { StackResources = [] } = await cfn().send(new DescribeStackResourcesCommand({ StackName }));
  return Object.fromEntries(StackResources.map((one) => [one.LogicalResourceId!, one.PhysicalResourceId!]));
}

async function importInto(
  StackName: string,
  Resources: Readonly<Record<string, { readonly Type: string }>>,
  identifiers: Readonly<Record<string, Record<string, string>>>,
): Promise<void> {
  const ResourcesToImport = Object.entries(identifiers).map(([LogicalResourceId, ResourceIdentifier]) => ({
    LogicalResourceId,
    ResourceIdentifier,
    ResourceType: Resources[LogicalResourceId]!.Type,
  }));
  const asked = { ...of(StackName, Resources), ChangeSetName: 'import', ChangeSetType: 'IMPORT' as const };
  const { Id } = await cfn().send(new CreateChangeSetCommand({ ...asked, ResourcesToImport }));
  await cfn().send(new ExecuteChangeSetCommand({ ChangeSetName: Id! }));
}

/** Buckets whose names begin so. */
async function buckets(prefix: string): Promise<string[]> {
  const { Buckets = [] } = await new S3Client(client()).send(new ListBucketsCommand({}));
  return Buckets.map(({ Name }) => Name!)
    .filter((name) => name.startsWith(prefix))
    .sort();
}

test('a failed create is rolled back: of what it made RETAIN alone stays, and the next create works', async () => {
  const made = {
    Kept: bucket('create-kept', 'Retain'),
    NotOnCreate: bucket('create-except', 'RetainExceptOnCreate'),
    Plain: bucket('create-plain'),
  };
  await create('create', { ...made, ...failing(Object.keys(made)), Never: bucket('create-never', 'Retain', 'Fails') });
  expect(await stackState(client(), 'create')).toEqual({
    status: 'ROLLBACK_COMPLETE',
    failed: { Fails: expect.stringContaining('UnreservedConcurrentExecution') },
  });
  expect(await buckets('create-')).toEqual(['create-kept']);
  await expect(update('create', made)).rejects.toThrow(/ROLLBACK_COMPLETE state and can not be updated/);
  await remove('create');
  await create('create', { NotOnCreate: made.NotOnCreate, Plain: made.Plain });
  expect(await status('create')).toBe('CREATE_COMPLETE');
  await remove('create');
  expect(await buckets('create-')).toEqual(['create-except', 'create-kept']);
});

test('a failed update is rolled back: nothing is added, changed or gone, and the next update works', async () => {
  const own = { Stays: bucket('update-stays'), Goes: bucket('update-goes') };
  await create('update', own);
  const next = { Stays: own.Stays, Added: bucket('update-added', 'RetainExceptOnCreate') };
  await update('update', { ...next, ...failing(['Added']) });
  expect(await status('update')).toBe('UPDATE_ROLLBACK_COMPLETE');
  expect(await buckets('update-')).toEqual(['update-goes', 'update-stays']);
  await update('update', next);
  expect(await status('update')).toBe('UPDATE_COMPLETE');
  expect(await buckets('update-')).toEqual(['update-added', 'update-stays']);
});

test('what an update takes out of a stack stays where its policy keeps it', async () => {
  const all = { Stays: bucket('removed-stays'), Kept: bucket('removed-kept', 'RetainExceptOnCreate') };
  await create('removed', { ...all, Goes: bucket('removed-goes') });
  await update('removed', { Stays: all.Stays });
  expect(await buckets('removed-')).toEqual(['removed-kept', 'removed-stays']);
});

test('a protected stack is not deleted', async () => {
  await cfn().send(
    new CreateStackCommand({ ...of('protected', { B: bucket('protected-b') }), EnableTerminationProtection: true }),
  );
  await expect(remove('protected')).rejects.toThrow(/cannot be deleted while TerminationProtection is enabled/);
  expect(await buckets('protected-')).toEqual(['protected-b']);
  await cfn().send(
    new UpdateTerminationProtectionCommand({ StackName: 'protected', EnableTerminationProtection: false }),
  );
  await remove('protected');
  expect(await buckets('protected-')).toEqual([]);
});

test('neither is one whose exports are imported, also those that came with an update; nor can an update take them', async () => {
  const made = { B: bucket('exports-b') };
  await create('exports', made);
  await update('exports', made, { Out: { Value: { Ref: 'B' }, Export: { Name: 'the-bucket' } } });
  const importing = {
    C: bucket('imports-c'),
    P: { Type: 'AWS::SNS::Topic', Properties: { TopicName: { 'Fn::ImportValue': 'the-bucket' } } },
  };
  await create('imports', importing);
  expect(await status('imports')).toBe('CREATE_COMPLETE');
  await update('exports', { ...made, Added: bucket('exports-added') });
  expect(await status('exports')).toBe('UPDATE_ROLLBACK_COMPLETE');
  await update('exports', made, { Out: { Value: 'another', Export: { Name: 'the-bucket' } } });
  expect(await status('exports')).toBe('UPDATE_ROLLBACK_COMPLETE');
  await remove('exports');
  expect(await buckets('exports-')).toEqual(['exports-b']);
  await remove('imports');
  await remove('exports');
  expect(await buckets('exports-')).toEqual([]);
});

test('what a stack kept is taken over by an import, once, and what is new comes with the next update', async () => {
  const policy = {
    Type: 'AWS::S3::BucketPolicy',
    DeletionPolicy: 'Retain',
    Properties: { Bucket: { Ref: 'Kept' }, PolicyDocument: { Version: '2012-10-17', Statement: [] } },
  };
  const volume = {
    Type: 'AWS::EC2::Volume',
    DeletionPolicy: 'RetainExceptOnCreate',
    Properties: { AvailabilityZone: 'eu-west-1a', Size: 8 },
  };
  // Named by CloudFormation, as ours are.
  const all = { Kept: { ...bucket('', 'Retain'), Properties: {} }, Policy: policy, Volume: volume };
  await create('life', all);
  const before = await physicalIds('life');
  await remove('life');
  // Made anew its bucket would be another one, and its volume a twin.
  await create('twin', all);
  expect((await physicalIds('twin')).Volume).not.toBe(before.Volume);
  const withoutPolicy = { Kept: all.Kept, Volume: all.Volume };
  const takeOver = { Kept: { BucketName: before.Kept! }, Volume: { VolumeId: before.Volume! } };
  await expect(importInto('life', all, takeOver)).rejects.toThrow(/cannot modify or add/);
  await importInto('life', withoutPolicy, takeOver);
  expect(await status('life')).toBe('IMPORT_COMPLETE');
  await update('life', { ...all, Added: bucket('life-added') });
  expect(await stackState(client(), 'life')).toEqual({
    status: 'UPDATE_ROLLBACK_COMPLETE',
    failed: { Policy: expect.stringContaining('The bucket policy already exists on bucket') },
  });
  await importInto('life', all, { Policy: { Bucket: before.Kept! } });
  await update('life', { ...all, Added: bucket('life-added') });
  expect(await physicalIds('life')).toEqual({ ...before, Added: 'life-added' });
  await expect(importInto('other', { Volume: volume }, { Volume: { VolumeId: before.Volume! } })).rejects.toThrow(
    /already exists in stack life/,
  );
});

test('a delete that fails says what is left, and can be tried again', async () => {
  await create('names', {
    Vpc: { Type: 'AWS::EC2::VPC', Properties: { CidrBlock: '10.0.0.0/16' } },
    Space: {
      Type: 'AWS::ServiceDiscovery::PrivateDnsNamespace',
      Properties: { Name: 'names.internal', Vpc: { Ref: 'Vpc' } },
    },
    Name: {
      Type: 'AWS::ServiceDiscovery::Service',
      Properties: {
        Name: 'sidecars',
        DnsConfig: { NamespaceId: { Ref: 'Space' }, DnsRecords: [{ Type: 'A', TTL: 10 }] },
      },
    },
  });
  const names = new ServiceDiscoveryClient(client());
  const { Services } = await names.send(new ListNamesCommand({}));
  const at = { ServiceId: Services![0]!.Id!, InstanceId: 'prometheus-1' };
  await names.send(new RegisterInstanceCommand({ ...at, Attributes: { AWS_INSTANCE_IPV4: '10.0.0.1' } }));
  await remove('names');
  const { status: now, failed } = await stackState(client(), 'names');
  expect(now).toBe('DELETE_FAILED');
  expect(failed.Name).toMatch(/registered instances/);
  await names.send(new DeregisterInstanceCommand(at));
  await remove('names');
  await expect(status('names')).rejects.toThrow(/does not exist/);
});
