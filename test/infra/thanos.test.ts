import { rmSync } from 'node:fs';
import type { Cluster } from '../../lib/infra/config/cluster';
import { synthesize, type Resource, type Synthesized } from './synthesize';

let made: Synthesized;
beforeAll(() => {
  made = synthesize();
});
afterAll(() => rmSync(made.dir, { recursive: true }));

const NAMES = ['query', 'store', 'compact'] as const;
type Name = (typeof NAMES)[number];

function named(type: string, key: string, name: Name, s = made): Resource {
  const found = s.all(type).filter((r) => r.Properties[key] === `trading-metrics-${name}`);
  expect(found).toHaveLength(1);
  return found[0]!;
}
const service = (name: Name, s = made): Resource => named('AWS::ECS::Service', 'ServiceName', name, s);
const task = (name: Name, s = made): Resource => named('AWS::ECS::TaskDefinition', 'Family', name, s);
const container = (name: Name, s = made) => task(name, s).Properties.ContainerDefinitions[0];
interface Forward {
  readonly TargetGroupArn: { readonly Ref: string };
  readonly Weight?: number;
}

/** A command with what CloudFormation fills in left as JSON. */
const command = (name: Name, s = made): string[] =>
  container(name, s).Command.map((part: unknown) => (typeof part === 'string' ? part : JSON.stringify(part)));

test('exactly one compactor, in any deploy: the old task is gone before the new one starts, and nothing scales it', () => {
  expect(service('compact').Properties).toMatchObject({
    DesiredCount: 1,
    DeploymentConfiguration: { MinimumHealthyPercent: 0, MaximumPercent: 100 },
    AvailabilityZoneRebalancing: 'DISABLED',
  });
  expect(container('compact').StopTimeout).toBe(10);
  const compactors = made
    .all('AWS::ECS::TaskDefinition')
    .filter((t) => t.Properties.ContainerDefinitions.some((c: { Command: unknown[] }) => c.Command[0] === 'compact'));
  expect(compactors).toHaveLength(1);
  const scaled = made.all('AWS::ApplicationAutoScaling::ScalableTarget').map((t) => JSON.stringify(t.Properties));
  expect(scaled).toHaveLength(1);
  expect(scaled[0]).toContain('queryService');
});

test('the store gateway refuses a query that would not fit its memory, half of which is for chunks', () => {
  expect(task('store').Properties.Memory).toBe('2048');
  expect(command('store')).toContain('--chunk-pool-size=1024MB');
});

test('the compactor merges what a node backfilled, and keeps every resolution as long as configured', () => {
  expect(command('compact')).toEqual(
    expect.arrayContaining([
      '--compact.enable-vertical-compaction',
      '--retention.resolution-raw=30d',
      '--retention.resolution-5m=365d',
      '--retention.resolution-1h=365d',
    ]),
  );
  // It would merge replicas too if it were told which label tells them apart.
  expect(command('compact').join(' ')).not.toContain('--deduplication.replica-label');
});

test('two query tasks over the zones, behind the query port, that a bad deploy does not take away', () => {
  const { Properties: p } = service('query');
  // As many as its scaling says: a count here would undo at each deploy what that did.
  expect(p).not.toHaveProperty('DesiredCount');
  const [scaling] = made.all('AWS::ApplicationAutoScaling::ScalableTarget');
  expect(scaling!.Properties).toMatchObject({ MinCapacity: 2, MaxCapacity: 6 });
  expect(p).toMatchObject({
    AvailabilityZoneRebalancing: 'ENABLED',
    DeploymentConfiguration: {
      MinimumHealthyPercent: 100,
      MaximumPercent: 200,
      DeploymentCircuitBreaker: { Enable: true, Rollback: true },
    },
    LoadBalancers: [{ ContainerName: 'query', ContainerPort: 10902 }],
  });
  expect(p.NetworkConfiguration.AwsvpcConfiguration).toMatchObject({ AssignPublicIp: 'DISABLED' });
  expect(p.NetworkConfiguration.AwsvpcConfiguration.Subnets).toHaveLength(2);
});

test('all components and the nodes run one image, by its digest', () => {
  const digest = 'sha256:b567818fe608067eb0f1d7c2c4fe361e7ad83c8a256234c97685f1d0bf670cc8';
  for (const name of NAMES) expect(container(name).Image).toBe(`quay.io/thanos/thanos@${digest}`);
  const userData = made.all('AWS::EC2::LaunchTemplate').map((t) => JSON.stringify(t.Properties));
  expect(userData).toHaveLength(2);
  for (const text of userData) expect(text).toContain(digest);
});

test('every task: no root file system to write to, no capability, health-checked, its log ends', () => {
  for (const name of NAMES) {
    expect(container(name)).toMatchObject({
      ReadonlyRootFilesystem: true,
      LinuxParameters: { Capabilities: { Drop: ['ALL'] } },
      HealthCheck: { Retries: 3 },
      LogConfiguration: { LogDriver: 'awslogs' },
    });
    expect(container(name).HealthCheck.Command.at(-1)).toBe('http://127.0.0.1:10902/-/healthy');
    expect(service(name).Properties.ServiceRegistries).toHaveLength(1);
  }
  expect(task('store').Properties.EphemeralStorage).toEqual({ SizeInGiB: 30 });
  expect(task('compact').Properties.EphemeralStorage).toEqual({ SizeInGiB: 100 });
});

test('roles: query may do nothing, the store gateway only read, only the compactor delete', () => {
  const actions = (name: Name): string[] => {
    const [, ref] = task(name).Properties.TaskRoleArn['Fn::GetAtt']
      ? task(name).Properties.TaskRoleArn['Fn::GetAtt']
      : [];
    expect(ref).toBe('Arn');
    const role = made.stacks.thanos![task(name).Properties.TaskRoleArn['Fn::GetAtt'][0]]!;
    return (role.Properties.Policies ?? []).flatMap((p: { PolicyDocument: { Statement: { Action: string }[] } }) =>
      p.PolicyDocument.Statement.flatMap((s) => s.Action),
    );
  };
  expect(actions('query')).toEqual([]);
  expect(actions('store').sort()).toEqual(['s3:GetObject', 's3:ListBucket']);
  expect(actions('compact').sort()).toEqual(['s3:DeleteObject', 's3:GetObject', 's3:ListBucket', 's3:PutObject']);
  const nodes = made.all('AWS::IAM::Role').filter((r) => /^Prometheus node/.test(r.Properties.Description ?? ''));
  expect(nodes).toHaveLength(2);
  for (const role of nodes) {
    const statements: { Effect: string; Action: unknown; Condition?: unknown }[] =
      role.Properties.Policies[0].PolicyDocument.Statement;
    const of = (action: string) => statements.filter((s) => JSON.stringify(s.Action).includes(action));
    expect(of('s3:DeleteObject').map((s) => s.Effect)).toEqual(['Deny']);
    const dns = of('ChangeResourceRecordSets');
    expect(dns).toHaveLength(1);
    expect(dns[0]!.Condition).toEqual({
      'ForAllValues:StringEquals': {
        'route53:ChangeResourceRecordSetsNormalizedRecordNames': ['sidecar.trading-metrics.internal'],
      },
    });
  }
});

test('an image in ECR: what starts the tasks may pull this one, and tasks of a public one need no login', () => {
  const login = (s: Synthesized) => s.all('AWS::IAM::Policy').filter((p) => JSON.stringify(p).includes('"ecr:'));
  expect(login(made)).toEqual([]);
  const repository = '111122223333.dkr.ecr.eu-west-1.amazonaws.com/mirror/thanos';
  const s = synthesize(undefined, (c: Cluster) => ({
    ...c,
    artifactMirror: 'releases-mirror',
    thanos: { ...c.thanos!, image: { ...c.thanos!.image, repository } },
  }));
  rmSync(s.dir, { recursive: true });
  expect(login(s)).toHaveLength(NAMES.length);
  for (const { Properties: p } of login(s)) {
    expect(JSON.stringify(p.Roles)).toContain('ExecutionRole');
    const statements = p.PolicyDocument.Statement as { Action: unknown; Resource: unknown }[];
    expect(statements.find((one) => one.Action === 'ecr:GetAuthorizationToken')?.Resource).toBe('*');
    const pull = statements.find((one) => JSON.stringify(one.Action).includes('ecr:BatchGetImage'));
    expect(JSON.stringify(pull?.Resource)).toContain(':ecr:eu-west-1:111122223333:repository/mirror/thanos"');
  }
});

test('no keys anywhere: the SDK finds the role', () => {
  for (const name of ['store', 'compact'] as const) {
    const objstore = command(name).find((part) => part.includes('--objstore.config='))!;
    expect(objstore).toContain('aws_sdk_auth: true');
    expect(objstore).not.toMatch(/access_key|secret_key/);
  }
});

test('query finds nodes and tasks by name; Thanos tells replicas apart by the label that nodes carry', () => {
  expect(command('query')).toEqual(
    expect.arrayContaining([
      '--endpoint=dns+sidecar.trading-metrics.internal:10901',
      '--endpoint=dns+store.trading-metrics.internal:10901',
      '--query.replica-label=replica',
    ]),
  );
  const services = made.all('AWS::ServiceDiscovery::Service').map((s) => s.Properties.Name as string);
  expect(services.sort()).toEqual(['compact', 'query', 'sidecar', 'store']);
});

test('the bucket: encrypted, TLS only, private, never emptied by its lifecycle, not to be deleted', () => {
  const bucket = made.stacks.stateful!.BlocksBucket!;
  expect(bucket).toMatchObject({ DeletionPolicy: 'RetainExceptOnCreate', UpdateReplacePolicy: 'Retain' });
  expect(bucket.Properties.BucketEncryption).toBeDefined();
  expect(Object.values(bucket.Properties.PublicAccessBlockConfiguration)).toEqual([true, true, true, true]);
  for (const rule of bucket.Properties.LifecycleConfiguration.Rules) {
    expect(Object.keys(rule)).not.toContain('ExpirationInDays');
    expect(Object.keys(rule)).not.toContain('Transitions');
  }
  const policies = made
    .all('AWS::S3::BucketPolicy')
    .filter((p) => JSON.stringify(p.Properties.Bucket).includes('BlocksBucket'));
  // With its stack gone too.
  expect(policies).toEqual([
    expect.objectContaining({ DeletionPolicy: 'RetainExceptOnCreate', UpdateReplacePolicy: 'Retain' }),
  ]);
  expect(policies.flatMap((p) => p.Properties.PolicyDocument.Statement)).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
      expect.objectContaining({ Effect: 'Deny', Action: 's3:DeleteBucket', Principal: { AWS: '*' } }),
    ]),
  );
});

test('the query port goes to Thanos, the direct port to the nodes; the function may change the first only', () => {
  const groups = made.stacks.query!;
  const ways = Object.fromEntries(
    made.all('AWS::ElasticLoadBalancingV2::Listener').map(({ Properties: { Port, DefaultActions } }) => {
      const [{ TargetGroupArn, ForwardConfig }] = DefaultActions;
      const all = ForwardConfig?.TargetGroups ?? [{ TargetGroupArn }];
      return [Port, all.map((g: Forward) => [groups[g.TargetGroupArn.Ref]!.Properties.Port, g.Weight])];
    }),
  );
  // Both groups, for good: the weights are what is changed.
  expect(ways).toEqual({ 9090: [[10902, 1], [10904, 0]], 9091: [[10904, undefined]] }); // prettier-ignore
  const may = made
    .all('AWS::IAM::Role')
    .flatMap((r) => r.Properties.Policies ?? [])
    .flatMap(
      (p: { PolicyDocument: { Statement: { Action: string | string[]; Resource: unknown }[] } }) =>
        p.PolicyDocument.Statement,
    )
    .filter((s) => JSON.stringify(s.Action).includes('ModifyListener'));
  expect(may).toHaveLength(1);
  expect(JSON.stringify(may[0]!.Resource)).toContain('LoadBalancerQueries');
});

test('a changed Thanos version changes tasks and nodes, and nothing that keeps anything', () => {
  const changed = synthesize(undefined, (c: Cluster) => ({
    ...c,
    thanos: { ...c.thanos!, image: { ...c.thanos!.image, version: '0.42.5', digest: `sha256:${'0'.repeat(64)}` } },
  }));
  rmSync(changed.dir, { recursive: true });
  const differing = Object.entries(made.stacks).flatMap(([stack, resources]) =>
    Object.entries(resources)
      .filter(([id, r]) => JSON.stringify(r) !== JSON.stringify(changed.stacks[stack]![id]))
      .map(([, r]) => r.Type),
  );
  expect([...new Set(differing)].sort()).toEqual(['AWS::EC2::LaunchTemplate', 'AWS::ECS::TaskDefinition']);
});

test('a name that is asked for while nobody is there is unknown no longer than an answer is kept', () => {
  const [names] = made.all('AWS::ServiceDiscovery::PrivateDnsNamespace');
  expect(names!.Properties.Properties).toEqual({ DnsProperties: { SOA: { TTL: 10 } } });
});

test('logical ids of what cannot be replaced without an outage of queries are pinned', () => {
  const ids = Object.entries(made.stacks.query!).map(([id, { Type }]) => [id, Type.split('::').at(-1)]);
  expect(ids).toEqual([
    ['LoadBalancerBE9EEC3A', 'LoadBalancer'],
    ['LoadBalancerQueries985EC8B5', 'Listener'],
    ['LoadBalancerDirectC840F47E', 'Listener'],
    ['Nodes66C30434', 'TargetGroup'],
    ['ThanosE2D2C4C9', 'TargetGroup'],
  ]);
});
