import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CloudFormationClient,
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStackResourceCommand,
  UpdateStackCommand,
} from '@aws-sdk/client-cloudformation';
import {
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  ECSClient,
  ListServicesCommand,
  type Service,
  type TaskDefinition,
} from '@aws-sdk/client-ecs';
import {
  DeregisterTargetsCommand,
  DescribeTagsCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
  RegisterTargetsCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import {
  DeregisterInstanceCommand,
  ListInstancesCommand,
  ListNamespacesCommand,
  ListServicesCommand as ListNamesCommand,
  RegisterInstanceCommand,
  ServiceDiscoveryClient,
} from '@aws-sdk/client-servicediscovery';
import type { Emulator } from '../../../local/emulator/deploy';
import { Registration } from '../../../agent/thanos/registration';
import { startExtendedEmulator } from '../agent/agent-tools';
import { ecsTemplate } from './ecs-template';
import { stackState } from './stack-state';

/** What the emulator must do of ECS, Cloud Map and scaling for ThanosStack: by CloudFormation and by the ordinary APIs. */
const REGION = 'eu-west-1';
const StackName = 'thanos';
const COMMAND = ['query', '--http-address=0.0.0.0:10902'];
const dir = mkdtempSync(join(tmpdir(), 'promha-ecs-'));
let emulator: Emulator;
const client = () => ({
  endpoint: `http://${emulator.listen[0]}`,
  region: REGION,
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
});
const cfn = () => new CloudFormationClient(client());
const ecs = () => new ECSClient(client());
const names = () => new ServiceDiscoveryClient(client());

beforeAll(async () => {
  emulator = await startExtendedEmulator(dir);
  await cfn().send(
    new CreateStackCommand({ StackName, TemplateBody: JSON.stringify(ecsTemplate({ command: COMMAND })) }),
  );
}, 120_000);

afterAll(async () => {
  await emulator?.stop();
  rmSync(dir, { recursive: true });
});

/** Anything of an API that needs no client for one question: the emulator looks at no signature. */
async function ask<T>(service: string, target: string, body: object): Promise<T> {
  const response = await fetch(client().endpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': target,
      authorization: `AWS4-HMAC-SHA256 Credential=local/20260101/${REGION}/${service}/aws4_request`,
    },
    body: JSON.stringify(body),
  });
  return (await response.json()) as T;
}

async function physicalId(LogicalResourceId: string): Promise<string> {
  const found = await cfn().send(new DescribeStackResourceCommand({ StackName, LogicalResourceId }));
  return found.StackResourceDetail!.PhysicalResourceId!;
}

async function service(): Promise<Service> {
  const { serviceArns } = await ecs().send(new ListServicesCommand({ cluster: 'metrics' }));
  const { services } = await ecs().send(new DescribeServicesCommand({ cluster: 'metrics', services: serviceArns }));
  return services![0]!;
}

async function taskOf({ taskDefinition }: Service): Promise<TaskDefinition> {
  return (await ecs().send(new DescribeTaskDefinitionCommand({ taskDefinition }))).taskDefinition!;
}

const update = (o: Parameters<typeof ecsTemplate>[0]): Promise<unknown> =>
  cfn().send(new UpdateStackCommand({ StackName, TemplateBody: JSON.stringify(ecsTemplate(o)) }));

test('a service reads back with all that decides how it is run', async () => {
  const found = await service();
  expect(found).toMatchObject({
    serviceName: 'metrics-query',
    status: 'ACTIVE',
    desiredCount: 2,
    launchType: 'FARGATE',
    deploymentConfiguration: { minimumHealthyPercent: 0, maximumPercent: 100 },
    healthCheckGracePeriodSeconds: 60,
    loadBalancers: [{ targetGroupArn: await physicalId('Tasks'), containerName: 'query', containerPort: 10902 }],
  });
  expect(found.serviceRegistries![0]!.registryArn).toContain(await physicalId('Discovery'));
  expect(found.networkConfiguration!.awsvpcConfiguration!.subnets).toEqual([await physicalId('Subnet')]);
});

test('a task definition reads back as it stands in the template', async () => {
  const task = await taskOf(await service());
  expect(task).toMatchObject({ networkMode: 'awsvpc', cpu: '512', ephemeralStorage: { sizeInGiB: 21 } });
  expect(task.containerDefinitions![0]).toMatchObject({
    name: 'query',
    image: 'quay.io/thanos/thanos@sha256:0123',
    command: COMMAND,
    environment: [{ name: 'GOMEMLIMIT', value: '900MiB' }],
    portMappings: [{ containerPort: 10902, protocol: 'tcp' }],
    healthCheck: { command: ['CMD', 'wget', 'http://localhost:10902/-/healthy'], interval: 10, retries: 3 },
    logConfiguration: { logDriver: 'awslogs', options: { 'awslogs-group': '/ecs/metrics/query' } },
  });
});

test('names: a namespace, a service with its time to live, and instances that are registered once', async () => {
  const { Namespaces } = await names().send(new ListNamespacesCommand({}));
  expect(Namespaces).toMatchObject([
    { Name: 'metrics.internal', Type: 'DNS_PRIVATE', Properties: { DnsProperties: { SOA: { TTL: 10 } } } },
  ]);
  const { Services } = await names().send(new ListNamesCommand({}));
  const [query] = Services!;
  expect(query).toMatchObject({ Name: 'query', DnsConfig: { DnsRecords: [{ Type: 'A', TTL: 10 }] } });
  const ServiceId = query!.Id;
  for (const AWS_INSTANCE_IPV4 of ['10.78.0.9', '10.78.0.10']) {
    const Attributes = { AWS_INSTANCE_IPV4 };
    await names().send(new RegisterInstanceCommand({ ServiceId, InstanceId: 'prometheus-1', Attributes }));
  }
  const { Instances } = await names().send(new ListInstancesCommand({ ServiceId }));
  expect(Instances!.map((i) => [i.Id, i.Attributes!.AWS_INSTANCE_IPV4])).toEqual([['prometheus-1', '10.78.0.10']]);
  await names().send(new DeregisterInstanceCommand({ ServiceId, InstanceId: 'prometheus-1' }));
  expect((await names().send(new ListInstancesCommand({ ServiceId }))).Instances).toEqual([]);
});

test('an agent puts its address there, and again where somebody took it away', async () => {
  const ServiceId = (await names().send(new ListNamesCommand({}))).Services![0]!.Id!;
  const { endpoint, region, credentials } = client();
  const before = { ...process.env };
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  });
  const listed = async (): Promise<unknown> =>
    (await names().send(new ListInstancesCommand({ ServiceId }))).Instances!.map(
      (i) => i.Attributes!.AWS_INSTANCE_IPV4,
    );
  const node = new Registration(ServiceId, 'prometheus-1', '10.78.0.9');
  for (let round = 0; round < 2; round++) {
    await node.keep();
    expect(await listed()).toEqual(['10.78.0.9']);
  }
  await names().send(new DeregisterInstanceCommand({ ServiceId, InstanceId: 'prometheus-1' }));
  await node.keep();
  expect(await listed()).toEqual(['10.78.0.9']);
  await names().send(new DeregisterInstanceCommand({ ServiceId, InstanceId: 'prometheus-1' }));
  process.env = before;
});

test('a target group is found by its tags', async () => {
  const elb = new ElasticLoadBalancingV2Client(client());
  const { TagDescriptions } = await elb.send(new DescribeTagsCommand({ ResourceArns: [await physicalId('Tasks')] }));
  expect(TagDescriptions![0]!.Tags).toEqual([{ Key: 'prometheus-ha:cluster', Value: 'metrics' }]);
});

test('addresses are targets', async () => {
  const elb = new ElasticLoadBalancingV2Client(client());
  const TargetGroupArn = await physicalId('Tasks');
  const Targets = [{ Id: '10.78.0.9', Port: 10902 }];
  const registered = async (): Promise<unknown> =>
    (await elb.send(new DescribeTargetHealthCommand({ TargetGroupArn }))).TargetHealthDescriptions!.map(
      (t) => t.Target!.Id,
    );
  await elb.send(new RegisterTargetsCommand({ TargetGroupArn, Targets }));
  expect(await registered()).toEqual(['10.78.0.9']);
  await elb.send(new DeregisterTargetsCommand({ TargetGroupArn, Targets }));
  expect(await registered()).toEqual([]);
});

test('scaling and metric filters are there', async () => {
  const scaling = await ask<{ ScalableTargets: object[] }>(
    'application-autoscaling',
    'AnyScaleFrontendService.DescribeScalableTargets',
    { ServiceNamespace: 'ecs' },
  );
  expect(scaling.ScalableTargets).toMatchObject([{ ResourceId: 'service/metrics/metrics-query', MaxCapacity: 6 }]);
  const logs = await ask<{ metricFilters: object[] }>('logs', 'Logs_20140328.DescribeMetricFilters', {});
  expect(logs.metricFilters).toMatchObject([{ filterPattern: 'panic', logGroupName: '/ecs/metrics/query' }]);
});

test('a changed task definition is a new revision, and the service, whose own text is the same, gets it', async () => {
  const before = await service();
  const command = [...COMMAND, '--query.max-concurrent=200'];
  await update({ command });
  const after = await service();
  expect(after.taskDefinition).not.toBe(before.taskDefinition);
  expect((await taskOf(after)).containerDefinitions![0]!.command).toEqual(command);
  expect(after).toMatchObject({ desiredCount: 2, loadBalancers: before.loadBalancers });
  expect(await physicalId('Cluster')).toBe('metrics');
  await update({ command, tasks: 3 });
  expect(await service()).toMatchObject({ desiredCount: 3, taskDefinition: after.taskDefinition });
  await update({ command, tasks: null });
  expect(await service()).toMatchObject({ desiredCount: 3 });
});

test('what is deleted is gone', async () => {
  await cfn().send(new DeleteStackCommand({ StackName }));
  const { serviceArns } = await ecs().send(new ListServicesCommand({ cluster: 'metrics' }));
  expect(serviceArns).toEqual([]);
  expect((await names().send(new ListNamespacesCommand({}))).Namespaces).toEqual([]);
  expect((await names().send(new ListNamesCommand({}))).Services).toEqual([]);
});

const create = (o: Partial<Parameters<typeof ecsTemplate>[0]>): Promise<unknown> =>
  cfn().send(
    new CreateStackCommand({ StackName, TemplateBody: JSON.stringify(ecsTemplate({ command: COMMAND, ...o })) }),
  );

test('a service whose target group hangs on no listener cannot be made again', async () => {
  await create({ listener: 'elsewhere' });
  const { status, failed } = await stackState(client(), StackName);
  expect(status).toBe('ROLLBACK_COMPLETE');
  expect(Object.values(failed)).toEqual([
    expect.stringMatching(/The target group with targetGroupArn arn:\S+ does not have an associated load balancer\./),
  ]);
});

test('with weight 0 it can; where nothing is said of its tasks, they are as many as the scaling has at least', async () => {
  await cfn().send(new DeleteStackCommand({ StackName }));
  await create({ tasks: null });
  expect(await service()).toMatchObject({ status: 'ACTIVE', desiredCount: 2 });
});
