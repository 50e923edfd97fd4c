import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import type { ISecurityGroup, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import {
  AvailabilityZoneRebalancing,
  ContainerImage,
  CpuArchitecture,
  FargatePlatformVersion,
  FargateService,
  FargateTaskDefinition,
  LinuxParameters,
  LogDriver,
  OperatingSystemFamily,
  PropagatedTagSource,
  Capability,
  type ICluster,
} from 'aws-cdk-lib/aws-ecs';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { DnsRecordType, type INamespace } from 'aws-cdk-lib/aws-servicediscovery';
import { Construct } from 'constructs';
import type { Cluster } from '../../config/cluster';
import type { PinnedImage, TaskSize } from '../../config/schema/thanos';
import { ecrRepository } from '../../config/check/ecr';
import { PORTS } from '../../../contract/ports';
import { acknowledge, acknowledgeWildcards } from '../acknowledge';

export interface ThanosServiceProps {
  readonly cluster: Cluster;
  readonly image: PinnedImage;
  readonly ecs: ICluster;
  readonly namespace: INamespace;
  readonly subnets: SubnetSelection;
  readonly securityGroup: ISecurityGroup;
  /** query, store or compact: of the container, the service and the name in DNS. */
  readonly name: string;
  readonly size: TaskSize;
  readonly command: readonly string[];
  /** What its tasks may do in AWS. */
  readonly permissions: readonly PolicyStatement[];
  /** null: as many as its scaling says. A count in the template would undo at each deploy what that did. */
  readonly tasks: number | null;
  /** Percentages of `tasks` that run during a deployment. */
  readonly deployment: { readonly min: number; readonly max: number };
  /** null: it keeps nothing. */
  readonly disk: { readonly gib: number; readonly path: string } | null;
}

/** One Thanos component as a Fargate service. */
export class ThanosService extends Construct {
  readonly service: FargateService;

  constructor(scope: Construct, id: string, props: ThanosServiceProps) {
    super(scope, id);
    const { cluster, name } = props;
    this.service = new FargateService(this, 'Service', {
      cluster: props.ecs,
      serviceName: `${cluster.name}-${name}`,
      taskDefinition: this.taskDefinition(props),
      platformVersion: FargatePlatformVersion.VERSION1_4,
      ...(props.tasks !== null && { desiredCount: props.tasks }),
      minHealthyPercent: props.deployment.min,
      maxHealthyPercent: props.deployment.max,
      // Moving a task between zones takes a second one beside it, which must not be for some.
      availabilityZoneRebalancing:
        props.deployment.max > 100 ? AvailabilityZoneRebalancing.ENABLED : AvailabilityZoneRebalancing.DISABLED,
      circuitBreaker: { enable: true, rollback: true },
      vpcSubnets: props.subnets,
      securityGroups: [props.securityGroup],
      assignPublicIp: false,
      propagateTags: PropagatedTagSource.SERVICE,
      cloudMapOptions: {
        cloudMapNamespace: props.namespace,
        name,
        dnsRecordType: DnsRecordType.A,
        dnsTtl: Duration.seconds(10),
        failureThreshold: 1,
      },
    });
  }

  private taskDefinition(props: ThanosServiceProps): FargateTaskDefinition {
    const { cluster, name, size, disk } = props;
    const { repository, digest } = props.image;
    const task = new FargateTaskDefinition(this, 'Task', {
      family: `${cluster.name}-${name}`,
      cpu: size.cpu,
      memoryLimitMiB: size.memoryMiB,
      ...(disk === null ? {} : { ephemeralStorageGiB: disk.gib }),
      runtimePlatform: {
        operatingSystemFamily: OperatingSystemFamily.LINUX,
        cpuArchitecture: cluster.instance.architecture === 'arm64' ? CpuArchitecture.ARM64 : CpuArchitecture.X86_64,
      },
      taskRole: new Role(this, 'TaskRole', {
        description: `Thanos ${name}`,
        assumedBy: new ServicePrincipal('ecs-tasks.amazonaws.com'),
        ...(props.permissions.length === 0
          ? {}
          : { inlinePolicies: { blocks: new PolicyDocument({ statements: [...props.permissions] }) } }),
      }),
    });
    const linux = new LinuxParameters(this, 'Linux', { initProcessEnabled: true });
    linux.dropCapabilities(Capability.ALL);
    const container = task.addContainer(name, {
      containerName: name,
      image: ContainerImage.fromRegistry(`${repository}@${digest}`),
      command: [...props.command],
      // The volume belongs to root, and the image's own user could not write to it.
      ...(disk === null ? {} : { user: '0' }),
      readonlyRootFilesystem: true,
      linuxParameters: linux,
      portMappings: [{ containerPort: PORTS.thanosGrpc }, { containerPort: PORTS.thanosHttp }],
      // ECS need not count a task that is stopping: a short stop keeps the next compactor from meeting it.
      stopTimeout: Duration.seconds(props.deployment.max > 100 ? 60 : 10),
      healthCheck: {
        command: ['CMD', 'wget', '-q', '-O', '/dev/null', `http://127.0.0.1:${PORTS.thanosHttp}/-/healthy`],
        interval: Duration.seconds(10),
        timeout: Duration.seconds(5),
        retries: 3,
        startPeriod: Duration.seconds(60),
      },
      logging: LogDriver.awsLogs({
        streamPrefix: name,
        logGroup: new LogGroup(this, 'Log', {
          logGroupName: `/ecs/${cluster.name}/${name}`,
          retention: RetentionDays.ONE_MONTH,
          removalPolicy: RemovalPolicy.DESTROY,
        }),
      }),
    });
    this.letPull(task, repository);
    if (disk !== null) {
      // Bound to the task's own ephemeral storage: gone with the task, and rebuilt from the bucket.
      task.addVolume({ name: 'data' });
      container.addMountPoints({ sourceVolume: 'data', containerPath: disk.path, readOnly: false });
    }
    return task;
  }

  /** A private registry wants a login, that of the role that starts the task. */
  private letPull(task: FargateTaskDefinition, repository: string): void {
    const ecr = ecrRepository(repository);
    if (ecr === null) return;
    const { account, region, name } = ecr;
    task.addToExecutionRolePolicy(new PolicyStatement({ actions: ['ecr:GetAuthorizationToken'], resources: ['*'] }));
    task.addToExecutionRolePolicy(
      new PolicyStatement({
        actions: ['ecr:BatchCheckLayerAvailability', 'ecr:GetDownloadUrlForLayer', 'ecr:BatchGetImage'],
        resources: [`arn:${Stack.of(this).partition}:ecr:${region}:${account}:repository/${name}`],
      }),
    );
    acknowledge(task, 'Annotation::@aws-cdk/aws-ecs:ecrImageRequiresPolicy', 'It has just got what it needs to pull.');
    acknowledgeWildcards(task, 'A login for ECR is for all that the role may pull: one repository.', ['*']);
  }
}
