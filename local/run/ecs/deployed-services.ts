import { DescribeSubnetsCommand, type EC2Client } from '@aws-sdk/client-ec2';
import {
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  ListClustersCommand,
  ListServicesCommand,
  type ContainerDefinition,
  type ECSClient,
  type Service,
  type TaskDefinition,
} from '@aws-sdk/client-ecs';
import {
  DescribeTargetGroupAttributesCommand,
  type ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { nameInArn, type Sessions } from '../deploy/credentials';
import type { ServiceWish } from './plan';

/** A container's health check, as far as the local run plays it: it asks for a URL. */
export interface ContainerCheck {
  readonly url: string;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly retries: number;
  readonly startMs: number;
}

export interface DeployedContainer {
  /** The part that it plays: query, store or compact. */
  readonly name: string;
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Volume → path in the container. */
  readonly mounts: Readonly<Record<string, string>>;
  readonly check: ContainerCheck | null;
  readonly stopMs: number;
}

/** A service of ECS as it was deployed, with the one container of its tasks. */
export interface DeployedService extends ServiceWish {
  readonly name: string;
  /** Of its tasks, as environment variables. */
  readonly credentials: Readonly<Record<string, string>>;
  readonly container: DeployedContainer;
  /** CIDRs of the subnets of its tasks. */
  readonly subnets: readonly string[];
  /** Of its tasks, by id. */
  readonly securityGroups: readonly string[];
  readonly targets: readonly { readonly targetGroupArn: string; readonly port: number }[];
  /** So long after its start a task is not replaced for what the load balancer says of it. */
  readonly graceMs: number;
  /** How long a task goes on after the load balancer was told to leave it out. */
  readonly drainMs: number;
  /** Services of Cloud Map. */
  readonly registries: readonly string[];
}

export interface EcsClients {
  readonly ecs: ECSClient;
  readonly elb: ElasticLoadBalancingV2Client;
  readonly ec2: EC2Client;
}

/** Every service of every cluster. @throws Error for one that says something which is not played here */
export async function readServices({ ecs, elb, ec2 }: EcsClients, sessions: Sessions): Promise<DeployedService[]> {
  // Without a role a task has no credentials at all.
  const sessionOf = async (role: string | undefined, name: string): ReturnType<Sessions> =>
    role === undefined ? {} : sessions({ role: nameInArn(role) }, name);
  const { clusterArns = [] } = await ecs.send(new ListClustersCommand({}));
  const found = await Promise.all(
    clusterArns.map(async (cluster) => {
      const { serviceArns = [] } = await ecs.send(new ListServicesCommand({ cluster }));
      if (serviceArns.length === 0) return [];
      return (await ecs.send(new DescribeServicesCommand({ cluster, services: serviceArns }))).services ?? [];
    }),
  );
  return Promise.all(
    found.flat().map(async (service) => {
      const { taskDefinition } = await ecs.send(
        new DescribeTaskDefinitionCommand({ taskDefinition: service.taskDefinition }),
      );
      const { subnets, securityGroups = [] } = service.networkConfiguration!.awsvpcConfiguration!;
      const described = await ec2.send(new DescribeSubnetsCommand({ SubnetIds: subnets }));
      const delays = await Promise.all((service.loadBalancers ?? []).map((b) => drainOf(elb, b.targetGroupArn!)));
      return {
        ...serviceOf(service, taskDefinition!),
        credentials: await sessionOf(taskDefinition!.taskRoleArn, service.serviceName!),
        subnets: described.Subnets!.map((s) => s.CidrBlock!).sort(),
        securityGroups,
        drainMs: Math.max(0, ...delays),
      };
    }),
  );
}

async function drainOf(elb: ElasticLoadBalancingV2Client, TargetGroupArn: string): Promise<number> {
  const { Attributes } = await elb.send(new DescribeTargetGroupAttributesCommand({ TargetGroupArn }));
  return Number(Attributes!.find((a) => a.Key === 'deregistration_delay.timeout_seconds')!.Value) * 1000;
}

function serviceOf(
  service: Service,
  task: TaskDefinition,
): Omit<DeployedService, 'subnets' | 'securityGroups' | 'drainMs' | 'credentials'> {
  const [container, ...more] = task.containerDefinitions!;
  if (more.length > 0) throw new Error(`${service.serviceName}: the local run plays tasks of one container`);
  return {
    name: service.serviceName!,
    revision: service.taskDefinition!,
    desired: service.desiredCount!,
    minimumHealthyPercent: service.deploymentConfiguration?.minimumHealthyPercent ?? 100,
    maximumPercent: service.deploymentConfiguration?.maximumPercent ?? 200,
    container: containerOf(container!),
    graceMs: (service.healthCheckGracePeriodSeconds ?? 0) * 1000,
    targets: (service.loadBalancers ?? []).map((b) => ({ targetGroupArn: b.targetGroupArn!, port: b.containerPort! })),
    // arn:aws:servicediscovery:<region>:<account>:service/<id>
    registries: (service.serviceRegistries ?? []).map((r) => r.registryArn!.split('/').at(-1)!),
  };
}

function containerOf(c: ContainerDefinition): DeployedContainer {
  for (const unknown of ['entryPoint', 'secrets', 'environmentFiles', 'dependsOn'] as const) {
    if ((c[unknown] ?? []).length > 0) throw new Error(`the local run does not play ${unknown} of container ${c.name}`);
  }
  return {
    name: c.name!,
    command: c.command ?? [],
    environment: Object.fromEntries((c.environment ?? []).map((e) => [e.name!, e.value!])),
    mounts: Object.fromEntries((c.mountPoints ?? []).map((m) => [m.sourceVolume!, m.containerPath!])),
    check: checkOf(c),
    // ECS's defaults, here and below.
    stopMs: (c.stopTimeout ?? 30) * 1000,
  };
}

function checkOf({ name, healthCheck: check }: ContainerDefinition): ContainerCheck | null {
  if (check === undefined) return null;
  const url = check.command!.join(' ').match(/https?:\/\/[^\s'"]+/)?.[0];
  if (url === undefined) {
    throw new Error(
      `the local run plays health checks that ask for a URL, not ${check.command!.join(' ')} of container ${name}`,
    );
  }
  return {
    url,
    intervalMs: (check.interval ?? 30) * 1000,
    timeoutMs: (check.timeout ?? 5) * 1000,
    retries: check.retries ?? 3,
    startMs: (check.startPeriod ?? 0) * 1000,
  };
}
