import { needsOf } from '../../lib/core/preflight/needs';
import { catchUpMinutes } from '../../lib/infra/config/catch-up';
import { demandOf } from '../../lib/infra/config/demand';
import { calledEvery, nodesOf, type TemplateRule } from './template-rule';
import type { Resource } from './synthesize';

/** What holds of every cluster in an account that is not its own alone. */
export const ACCOUNT_RULES: readonly TemplateRule[] = [
  {
    says: 'of all that the CDK deploys in the account nodes read what is theirs: agents and configurations, also the next ones',
    check(made, cluster) {
      const own = `.${cluster.name}-nodes`;
      const readable = (role: Resource): string[] =>
        JSON.stringify(role.Properties.Policies ?? [])
          .split('"')
          .filter((text) => text.includes('cdk-hnb659fds-assets') || /^\/\*\./.test(text));
      const nodes = made
        .all('AWS::IAM::Role')
        .filter((r) => /^Prometheus node /.test(String(r.Properties.Description)));
      expect(nodes).toHaveLength(nodesOf(cluster).length);
      for (const role of nodes) {
        const assets = readable(role);
        expect(assets.length).toBeGreaterThan(0);
        for (const text of assets.filter((one) => one.includes('/'))) expect(text.endsWith(`/*${own}`)).toBe(true);
        expect(assets.some((text) => text.endsWith(`/*${own}`))).toBe(true);
      }
      const keys = [
        ...made.all('AWS::EC2::LaunchTemplate').map((t) => JSON.stringify(t.Properties.LaunchTemplateData.UserData)),
        ...made.all('AWS::Events::Rule').map((r) => JSON.stringify(r.Properties.Targets[0])),
      ];
      const fetched = keys.flatMap((text) => text.match(/[0-9a-f]{64}\.[\w.-]+/g) ?? []);
      expect(fetched.length).toBeGreaterThan(nodesOf(cluster).length);
      expect(fetched.filter((key) => !key.endsWith(own))).toEqual([]);
    },
  },
  {
    says: 'a deploy waits for a node as long as it may take to replay what it takes in',
    check(made, cluster) {
      const within = `PT${catchUpMinutes(cluster).minutes}M`;
      for (const group of made.all('AWS::AutoScaling::AutoScalingGroup')) {
        const { WaitOnResourceSignals, PauseTime } = (group.UpdatePolicy as Record<string, Record<string, unknown>>)
          .AutoScalingRollingUpdate!;
        const timeout = (group.CreationPolicy as { ResourceSignal: { Timeout: string } }).ResourceSignal.Timeout;
        // CDK writes a whole hour as such.
        const minutes = (text: unknown): string => String(text).replace('PT1H', 'PT60M');
        expect([WaitOnResourceSignals, minutes(PauseTime), minutes(timeout)]).toEqual([true, within, within]);
      }
    },
  },
  {
    says: "nothing is in a VPC's default security group, which lets in whoever is in it",
    check(made) {
      const groups = {
        'AWS::EC2::LaunchTemplate': (p: Resource['Properties']) => p.LaunchTemplateData.SecurityGroupIds,
        'AWS::Lambda::Function': (p: Resource['Properties']) => p.VpcConfig.SecurityGroupIds,
        'AWS::ECS::Service': (p: Resource['Properties']) => p.NetworkConfiguration.AwsvpcConfiguration.SecurityGroups,
        'AWS::ElasticLoadBalancingV2::LoadBalancer': (p: Resource['Properties']) => p.SecurityGroups,
        'AWS::EC2::VPCEndpoint': (p: Resource['Properties']) =>
          p.VpcEndpointType === 'Gateway' ? ['none'] : p.SecurityGroupIds,
      };
      for (const [type, of] of Object.entries(groups)) {
        const without = made.all(type).filter(({ Properties: p }) => !((of(p)?.length ?? 0) > 0));
        expect(without.map(({ id }) => `${type} ${id}`)).toEqual([]);
      }
      expect(JSON.stringify(made.stacks)).not.toContain('DefaultSecurityGroup');
    },
  },
  {
    says: 'what has to be known to connect the VPC, and where to query, are outputs',
    check(made, cluster) {
      const connect = made.outputs.network as Record<string, { Value: unknown }>;
      const text = (id: string): string => JSON.stringify(connect[id]?.Value);
      const groups = Object.entries(made.stacks.network!).filter(([, r]) => r.Type === 'AWS::EC2::SecurityGroup');
      const group = (of: string): string =>
        groups.find(([, r]) => r.Properties.GroupDescription === of)?.[0] ?? `no group ${of}`;
      expect(text('NodesGroupId')).toContain(group('Prometheus nodes'));
      expect(text('RemediesGroupId')).toContain(group('The function that reconnects to targets'));
      expect(connect.VpcRange!.Value).toBe(cluster.network.cidr);
      if (cluster.network.kind === 'imported') {
        expect(connect.VpcId!.Value).toBe(cluster.network.vpcId);
        for (const zone of cluster.zones)
          expect(text('RouteTableIds')).toContain(cluster.network.subnets[zone]!.routeTableId);
      } else {
        const ids = Object.entries(made.stacks.network!);
        expect(text('VpcId')).toContain(ids.find(([, r]) => r.Type === 'AWS::EC2::VPC')![0]);
        const tables = ids.filter(([id, r]) => r.Type === 'AWS::EC2::RouteTable' && id.includes('nodes'));
        expect(tables).toHaveLength(cluster.zones.length);
        for (const [id] of tables) expect(text('RouteTableIds')).toContain(id);
      }
      expect(made.outputs.query).toHaveProperty('QueriesUrl');
      const records = made.all('AWS::Route53::RecordSet').map((r) => r.Properties);
      const { queryName } = cluster;
      expect(records.map(({ Name, HostedZoneId }) => [Name, HostedZoneId])).toEqual(
        queryName === undefined ? [] : [[`${queryName.name}.`, queryName.hostedZoneId]],
      );
      for (const { AliasTarget } of records)
        expect(JSON.stringify(AliasTarget.DNSName)).toMatch(/LoadBalancer.*DNSName/);
      if (queryName !== undefined)
        expect((made.outputs.query as Record<string, unknown>).QueriesUrl).toMatchObject({
          Value: `${queryName.certificate === undefined ? 'http' : 'https'}://${queryName.name}:9090`,
        });
      const spoken = made.all('AWS::ElasticLoadBalancingV2::Listener').map(({ Properties: p }) => ({
        protocol: p.Protocol,
        certificates: (p.Certificates ?? []).map((one: { CertificateArn: string }) => one.CertificateArn),
        policy: p.SslPolicy,
      }));
      const certificate = queryName?.certificate;
      expect(spoken.length).toBeGreaterThan(0);
      for (const one of spoken)
        expect(one).toEqual(
          certificate === undefined
            ? { protocol: 'TCP', certificates: [], policy: undefined }
            : { protocol: 'TLS', certificates: [certificate], policy: 'ELBSecurityPolicy-TLS13-1-2-Res-2021-06' },
        );
    },
  },
  {
    says: 'preflight asks for as many executions as the schedules hold: what runs longer than its minute overlaps',
    check(made, cluster) {
      const timeouts = new Map(made.all('AWS::Lambda::Function').map(({ id, Properties: p }) => [id, p.Timeout]));
      const held = calledEvery(made, 'minute')
        .map((id) => Math.ceil(timeouts.get(id) / 60))
        .reduce((sum: number, executions: number) => sum + executions, 0);
      expect(needsOf(demandOf(cluster)).at(-1)).toMatchObject({ quota: { service: 'lambda' }, least: held });
    },
  },
  {
    says: 'an alarm has at most five actions for each state: CloudWatch takes no more',
    check(made) {
      for (const { Properties: p } of made.all('AWS::CloudWatch::Alarm'))
        for (const actions of [p.AlarmActions, p.OKActions, p.InsufficientDataActions ?? []])
          expect([p.AlarmName, actions.length]).toEqual([p.AlarmName, Math.min(5, actions.length)]);
    },
  },
  {
    says: 'the dashboard of a shard shows every alarm of it',
    check(made) {
      const stacks = Object.entries(made.stacks).filter(([name]) => name.startsWith('control'));
      expect(stacks.length).toBeGreaterThan(0);
      for (const [, resources] of stacks) {
        const of = (type: string): [string, Resource][] =>
          Object.entries(resources).filter(([, { Type }]) => Type === type);
        const [dashboard, ...more] = of('AWS::CloudWatch::Dashboard');
        expect(more).toEqual([]);
        const body = JSON.stringify(dashboard![1].Properties.DashboardBody);
        const alarms = of('AWS::CloudWatch::Alarm').map(([id]) => id);
        expect(alarms.filter((id) => !body.includes(`"${id}"`))).toEqual([]);
      }
    },
  },
];
