export interface TemplateOptions {
  readonly command: readonly string[];
  /** null: not said. */
  readonly tasks?: number | null;
  /** Least and most of its tasks while they are replaced. */
  readonly percent?: readonly [number, number];
  /** Where the listener leads. */
  readonly listener?: 'tasks' | 'elsewhere';
  readonly check?: { readonly Interval: number; readonly Timeout: number; readonly Retries: number };
}

const ref = (name: string) => ({ Ref: name });
const att = (name: string, attribute: string) => ({ 'Fn::GetAtt': [name, attribute] });
const resource = (Type: string, Properties: object, more: object = {}) => ({ Type, Properties, ...more });

/** A service as ThanosStack makes them, in a network of its own, and the load balancer in front of it. */
export function ecsTemplate(o: TemplateOptions): object {
  return { Resources: { ...service(o), ...logs(), ...namesAndScaling(), ...networkAndBalancer(o) } };
}

/** The service and its task. */
function service(o: TemplateOptions): object {
  return {
    // Before what it refers to: an update must not depend on the order.
    Service: resource(
      'AWS::ECS::Service',
      {
        ServiceName: 'metrics-query',
        Cluster: ref('Cluster'),
        TaskDefinition: ref('Task'),
        ...(o.tasks !== null && { DesiredCount: o.tasks ?? 2 }),
        LaunchType: 'FARGATE',
        DeploymentConfiguration: { MinimumHealthyPercent: o.percent?.[0] ?? 0, MaximumPercent: o.percent?.[1] ?? 100 },
        HealthCheckGracePeriodSeconds: 60,
        LoadBalancers: [{ ContainerName: 'query', ContainerPort: 10902, TargetGroupArn: ref('Tasks') }],
        ServiceRegistries: [{ RegistryArn: att('Discovery', 'Arn') }],
        NetworkConfiguration: {
          AwsvpcConfiguration: { Subnets: [ref('Subnet')], SecurityGroups: [att('Group', 'GroupId')] },
        },
      },
      { DependsOn: ['Queries'] },
    ),
    Task: resource('AWS::ECS::TaskDefinition', {
      Family: 'metrics-query',
      RequiresCompatibilities: ['FARGATE'],
      NetworkMode: 'awsvpc',
      Cpu: '512',
      Memory: '1024',
      EphemeralStorage: { SizeInGiB: 21 },
      ContainerDefinitions: [
        {
          Name: 'query',
          Image: 'quay.io/thanos/thanos@sha256:0123',
          Essential: true,
          Command: o.command,
          Environment: [{ Name: 'GOMEMLIMIT', Value: '900MiB' }],
          PortMappings: [{ ContainerPort: 10902, Protocol: 'tcp' }],
          HealthCheck: {
            Command: ['CMD', 'wget', 'http://localhost:10902/-/healthy'],
            ...(o.check ?? { Interval: 10, Timeout: 5, Retries: 3 }),
          },
          LogConfiguration: { LogDriver: 'awslogs', Options: { 'awslogs-group': ref('Log') } },
        },
      ],
    }),
  };
}

/** Where tasks log, and what is counted there. */
function logs(): object {
  return {
    Log: resource('AWS::Logs::LogGroup', { LogGroupName: '/ecs/metrics/query', RetentionInDays: 30 }),
    Filter: resource('AWS::Logs::MetricFilter', {
      FilterPattern: 'panic',
      LogGroupName: ref('Log'),
      MetricTransformations: [{ MetricName: 'Panics', MetricNamespace: 'Test', MetricValue: '1' }],
    }),
  };
}

/** The cluster, the service's name in it, and how many tasks it may have. */
function namesAndScaling(): object {
  return {
    Cluster: resource('AWS::ECS::Cluster', { ClusterName: 'metrics' }),
    Names: resource('AWS::ServiceDiscovery::PrivateDnsNamespace', {
      Name: 'metrics.internal',
      Vpc: ref('Vpc'),
      Properties: { DnsProperties: { SOA: { TTL: 10 } } },
    }),
    Discovery: resource('AWS::ServiceDiscovery::Service', {
      Name: 'query',
      DnsConfig: {
        NamespaceId: att('Names', 'Id'),
        RoutingPolicy: 'MULTIVALUE',
        DnsRecords: [{ Type: 'A', TTL: '10' }],
      },
      HealthCheckCustomConfig: { FailureThreshold: 1 },
    }),
    Target: resource('AWS::ApplicationAutoScaling::ScalableTarget', {
      ServiceNamespace: 'ecs',
      ScalableDimension: 'ecs:service:DesiredCount',
      ResourceId: { 'Fn::Join': ['/', ['service', ref('Cluster'), att('Service', 'Name')]] },
      MinCapacity: 2,
      MaxCapacity: 6,
    }),
    Policy: resource('AWS::ApplicationAutoScaling::ScalingPolicy', {
      PolicyName: 'cpu',
      PolicyType: 'TargetTrackingScaling',
      ScalingTargetId: ref('Target'),
      TargetTrackingScalingPolicyConfiguration: {
        TargetValue: 60,
        PredefinedMetricSpecification: { PredefinedMetricType: 'ECSServiceAverageCPUUtilization' },
      },
    }),
  };
}

/** The network, and the load balancer in front of the tasks. */
function networkAndBalancer({ listener = 'tasks' }: TemplateOptions): object {
  return {
    Vpc: resource('AWS::EC2::VPC', { CidrBlock: '10.78.0.0/16' }),
    Subnet: resource('AWS::EC2::Subnet', { VpcId: ref('Vpc'), CidrBlock: '10.78.0.0/24' }),
    Group: resource('AWS::EC2::SecurityGroup', { VpcId: ref('Vpc'), GroupDescription: 'tasks' }),
    Balancer: resource('AWS::ElasticLoadBalancingV2::LoadBalancer', { Type: 'network', Subnets: [ref('Subnet')] }),
    Tasks: resource('AWS::ElasticLoadBalancingV2::TargetGroup', {
      VpcId: ref('Vpc'),
      Protocol: 'TCP',
      Port: 10902,
      TargetType: 'ip',
      HealthCheckProtocol: 'HTTP',
      HealthCheckPath: '/-/ready',
      HealthCheckIntervalSeconds: 5,
      HealthCheckTimeoutSeconds: 4,
      Tags: [{ Key: 'prometheus-ha:cluster', Value: 'metrics' }],
      TargetGroupAttributes: [{ Key: 'deregistration_delay.timeout_seconds', Value: '1' }],
    }),
    Queries: resource('AWS::ElasticLoadBalancingV2::Listener', {
      LoadBalancerArn: ref('Balancer'),
      Port: 9090,
      Protocol: 'TCP',
      DefaultActions: [
        {
          Type: 'forward',
          ForwardConfig: {
            TargetGroups: [
              ...(listener === 'tasks' ? [{ TargetGroupArn: ref('Tasks'), Weight: 0 }] : []),
              { TargetGroupArn: ref('Others'), Weight: 1 },
            ],
          },
        },
      ],
    }),
    Others: resource('AWS::ElasticLoadBalancingV2::TargetGroup', {
      VpcId: ref('Vpc'),
      Protocol: 'TCP',
      Port: 9090,
      TargetType: 'ip',
    }),
  };
}
