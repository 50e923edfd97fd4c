import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PRICE_TABLE } from '../../lib/contract/documents/price-table';
import { QUIET_RUN } from '../../lib/contract/documents/quiet-run';
import { costReport } from '../../lib/core/costs/report';
import { functionsOfTemplates, quantitiesOfTemplates } from '../../lib/core/costs/resources';
import { quantitiesOfRun } from '../../lib/core/costs/run';
import { shardsOf } from '../../lib/infra/config/layout';
import { shardSuffix } from '../../lib/contract/functions';
import { TREATMENTS } from '../../local/fidelity/treatments';
import { ROOT } from '../fixtures/config-dir';
import { ACCOUNT_RULES } from './account-rules';
import { NODE_RULES } from './node-rules';
import { FUNCTION_RULES } from './function-rules';
import { BALANCER_RULES } from './balancer-rules';
import type { Resource } from './synthesize';
import { nodesOf, type TemplateRule } from './template-rule';
import { VALIDATED } from './validated';

const QUIET = join(ROOT, 'docs/measurements/0.2.0/quiet.json');
const PRICES = join(ROOT, 'lib/cli/costs/eu-west-1.json');

const names = (all: readonly Resource[], key: string): string[] => all.map((r) => String(r.Properties[key]));

export const TEMPLATE_RULES: readonly TemplateRule[] = [
  ...ACCOUNT_RULES,
  {
    says: 'everything that is deployed has a price or is named free, and calls of each function were counted',
    check(made, cluster) {
      const templates = Object.values(made.stacks).map((Resources) => ({ Resources }));
      const run = QUIET_RUN.parse(readFileSync(QUIET, 'utf8'), QUIET);
      const size = { nodes: nodesOf(cluster).length, shards: cluster.shards };
      const counted = quantitiesOfRun(run, functionsOfTemplates(templates, cluster.name), size);
      const { instanceHours, ...prices } = PRICE_TABLE.parse(readFileSync(PRICES, 'utf8'), PRICES);
      // Of types only those are in the table that somebody asked for.
      const table = { ...prices, instanceHours: { ...instanceHours, [cluster.instance.type]: 0.1 } };
      const { monthly } = costReport([...counted, ...quantitiesOfTemplates(templates)], table, run.day);
      expect(monthly.dataPlane).toBeGreaterThan(monthly.controlPlane);
    },
  },
  {
    says: 'what must survive is kept, and there is a volume for each node, in its zone',
    check(made, cluster) {
      const shards = shardsOf(cluster).map(({ shard }) => `stateful${shardSuffix(shard)}`);
      for (const stack of shards) {
        for (const resource of Object.values(made.stacks[stack]!).filter((r) => r.Type !== 'AWS::S3::BucketPolicy')) {
          // What was only just made is empty, and would be the twin of the next one.
          expect(resource).toMatchObject({ DeletionPolicy: 'RetainExceptOnCreate', UpdateReplacePolicy: 'Retain' });
        }
        const manifest = JSON.parse(readFileSync(join(made.dir, 'manifest.json'), 'utf8'));
        expect(manifest.artifacts[stack].properties.terminationProtection).toBe(true);
      }
      const volumes = made
        .all('AWS::EC2::Volume')
        .map(({ Properties: p }) => [p.AvailabilityZone, p.Size, p.Encrypted]);
      const wanted = nodesOf(cluster).map(({ zone }) => [zone, cluster.volume.sizeGiB, true]);
      expect(volumes.sort()).toEqual(wanted.sort());
    },
  },
  {
    says: 'instances: IMDSv2 only, no key, encrypted, on the pinned image and type, one group of one per node',
    check(made, cluster) {
      const templates = made.all('AWS::EC2::LaunchTemplate').map((t) => t.Properties.LaunchTemplateData);
      expect(templates).toHaveLength(nodesOf(cluster).length);
      for (const data of templates) {
        expect(data).toMatchObject({
          ImageId: cluster.image.id ?? `resolve:ssm:${cluster.image.parameter}`,
          InstanceType: cluster.instance.type,
          MetadataOptions: { HttpTokens: 'required', HttpPutResponseHopLimit: 1 },
        });
        expect(data).not.toHaveProperty('KeyName');
        for (const { Ebs } of data.BlockDeviceMappings) {
          expect(Ebs).toMatchObject({ Encrypted: true, DeleteOnTermination: true });
        }
      }
      for (const { Properties: p } of made.all('AWS::AutoScaling::AutoScalingGroup')) {
        expect([p.MinSize, p.MaxSize, p.VPCZoneIdentifier.length]).toEqual(['1', '1', 1]);
        const { type, fallbackTypes = [] } = cluster.instance;
        const mixed = p.MixedInstancesPolicy;
        expect(mixed?.LaunchTemplate.Overrides?.map((o: { InstanceType: string }) => o.InstanceType) ?? [type]).toEqual(
          [type, ...fallbackTypes],
        );
        // Never a spot instance, and in that order.
        if (mixed !== undefined) {
          expect(mixed.InstancesDistribution).toEqual({
            OnDemandAllocationStrategy: 'prioritized',
            OnDemandPercentageAboveBaseCapacity: 100,
          });
        }
      }
    },
  },
  {
    says: 'a deploy replaces one node of a shard after the other',
    check(made, cluster) {
      for (const { shard } of shardsOf(cluster)) {
        const stack = made.stacks[`nodes${shardSuffix(shard)}`]!;
        const groups = Object.entries(stack).filter(([, r]) => r.Type === 'AWS::AutoScaling::AutoScalingGroup');
        expect(groups).toHaveLength(cluster.replicas);
        groups.slice(1).forEach(([, group], i) => expect(group.DependsOn).toContain(groups[i]![0]));
      }
    },
  },
  {
    says: 'nobody gets in but by the known ports, and from outside only clients',
    check(made, cluster) {
      const ingress = [
        ...made.all('AWS::EC2::SecurityGroupIngress').map((r) => r.Properties),
        ...made.all('AWS::EC2::SecurityGroup').flatMap((r) => r.Properties.SecurityGroupIngress ?? []),
      ].filter((rule) => rule.Description === undefined || !/:443$/.test(rule.Description));
      expect(ingress.length).toBeGreaterThan(5);
      for (const rule of ingress) {
        // Interface endpoints, for the VPC itself.
        if (rule.FromPort === 443 && rule.CidrIp === cluster.network.cidr) continue;
        if (rule.CidrIp !== undefined) expect(cluster.clients).toContain(rule.CidrIp);
        expect([9090, 9091, 9099, 9193, 9194, 10901, 10902, 10904]).toContain(rule.FromPort);
        expect(rule.ToPort).toBe(rule.FromPort);
      }
    },
  },
  {
    says: "every name begins with the cluster's, and is there once",
    check(made, { name }) {
      for (const [type, key] of [
        ['AWS::Lambda::Function', 'FunctionName'],
        ['AWS::CloudWatch::Alarm', 'AlarmName'],
        ['AWS::Events::Rule', 'Name'],
      ] as const) {
        const all = names(made.all(type), key);
        expect(all.filter((one) => !one.startsWith(`${name}-`) || one.length > 64 + 191)).toEqual([]);
        expect(new Set(all).size).toBe(all.length);
      }
      expect(names(made.all('AWS::Lambda::Function'), 'FunctionName').filter((one) => one.length > 64)).toEqual([]);
    },
  },
  {
    says: 'no custom resources, no wildcard actions but those that a hook of the user asks for',
    check(made, cluster) {
      const types = Object.values(made.stacks).flatMap((resources) => Object.values(resources).map((r) => r.Type));
      expect(types.filter((type) => /^Custom::|::CustomResource$/.test(type))).toEqual([]);
      const documents = [
        ...made
          .all('AWS::IAM::Role')
          .flatMap((r) => (r.Properties.Policies ?? []).map((p: { PolicyDocument: object }) => p.PolicyDocument)),
        ...made.all('AWS::IAM::Policy').map((r) => r.Properties.PolicyDocument),
      ];
      const actions = documents.flatMap((d) => d.Statement.flatMap((s: { Action: string | string[] }) => s.Action));
      const asked = cluster.remedies.flatMap(({ hook }) => (hook?.allow ?? []).flatMap((allow) => allow.actions));
      expect(actions.length).toBeGreaterThan(10);
      expect(actions.filter((action: string) => action.includes('*') && !asked.includes(action))).toEqual([]);
    },
  },
  {
    says: 'of every type it is decided what becomes of it in the local run',
    check(made) {
      const types = Object.values(made.stacks).flatMap((stack) => Object.values(stack).map(({ Type }) => Type));
      expect([...new Set(types)].filter((type) => !Object.hasOwn(TREATMENTS, type))).toEqual([]);
    },
  },
  ...BALANCER_RULES,
  ...FUNCTION_RULES,
  ...NODE_RULES,
  {
    says: 'every alarm has a runbook entry',
    check(made) {
      for (const described of names(made.all('AWS::CloudWatch::Alarm'), 'AlarmDescription')) {
        const entry = / Runbook: \S*\/([\w-]+)\.md/.exec(described)?.[1];
        const path = join(ROOT, 'docs/runbook', `${entry}.md`);
        expect({ path, exists: existsSync(path) }).toEqual({ path, exists: true });
      }
    },
  },
  {
    says: 'each shard has the alarms that are the second trigger of a failover',
    check(made, cluster) {
      const triggers = made
        .all('AWS::CloudWatch::Alarm')
        .filter((alarm) => JSON.stringify(alarm.Properties.AlarmActions).includes('promotealertingFunction'));
      expect(triggers).toHaveLength(2 * cluster.shards);
    },
  },
  {
    says: 'what only some have is there where it is asked for',
    check(made, cluster) {
      const has = (name: string): boolean =>
        names(made.all('AWS::Lambda::Function'), 'FunctionName').includes(`${cluster.name}-${name}`);
      expect({
        snapshots: has('take-snapshot'),
        remedies: has('reconnect-redis'),
        thanos: has('route-queries'),
      }).toEqual({
        snapshots: cluster.snapshots === true,
        remedies: cluster.remedies.length > 0,
        thanos: cluster.thanos !== null,
      });
      expect(made.stacks.thanos !== undefined).toBe(cluster.thanos !== null);
    },
  },
  VALIDATED,
];
