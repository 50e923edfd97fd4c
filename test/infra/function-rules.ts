import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { WAKE_EVENT } from '../../lib/contract/documents/events';
import { METRICS, type MetricDefinition } from '../../lib/contract/metrics';
import { shardsOf } from '../../lib/infra/config/layout';
import { partitionOf } from '../../lib/infra/constructs/partition';
import { evaluate } from '../../local/iam/evaluate';
import { parseIamPolicy } from '../../local/iam/policy';
import { ROOT } from '../fixtures/config-dir';
import { ACCOUNT, literal } from './literal';
import { calledEvery, idIn, type TemplateRule } from './template-rule';

/** Functions whose code publishes a metric. */
function feeders(metric: string): string[] {
  const keys = [...Object.entries(METRICS), ...Object.entries(METRICS.volumeTrouble)];
  const key = keys.find(([, m]) => 'name' in m && m.name === metric)![0];
  const said = Object.hasOwn(METRICS.volumeTrouble, key) ? 'METRICS.volumeTrouble' : `METRICS.${key}`;
  const dirs = readdirSync(join(ROOT, 'lambdas'), { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return dirs
    .map(({ name }) => name)
    .filter((name) =>
      readdirSync(join(ROOT, 'lambdas', name), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .some((entry) => new RegExp(`${said}\\b`).test(readFileSync(join(entry.parentPath, entry.name), 'utf8'))),
    );
}

/** What holds of the functions of every cluster: who calls them, and who says that one does not run. */
export const FUNCTION_RULES: readonly TemplateRule[] = [
  {
    says: 'what a function does not do rings without it: each that is scheduled and does not run, each that is throttled and called by programs',
    check(made) {
      const watched = (metric: string, missing: string, periodS: number): string[] =>
        made
          .all('AWS::CloudWatch::Alarm')
          .filter(({ Properties: p }) => p.Namespace === 'AWS/Lambda' && p.MetricName === metric)
          .filter(({ Properties: p }) => p.TreatMissingData === missing && p.Period === periodS)
          .map(({ Properties: p }) => idIn(p.Dimensions[0].Value))
          .sort();
      expect(watched('Invocations', 'breaching', 60)).toEqual(calledEvery(made, 'minute').sort());
      expect(watched('Invocations', 'breaching', 300)).toEqual(calledEvery(made, 'five minutes').sort());
      expect(watched('Throttles', 'notBreaching', 60)).toEqual(
        made
          .all('AWS::Lambda::Function')
          .map(({ id }) => id)
          // Whoever asks them is told that they were throttled.
          .filter((id) => !/^(relay|silence)/.test(id))
          .sort(),
      );
    },
  },
  {
    says: 'no function in the VPC becomes Inactive: each is called at least once a day',
    check(made) {
      const inVpc = made.all('AWS::Lambda::Function').filter(({ Properties: p }) => p.VpcConfig !== undefined);
      const periods = ['minute', 'five minutes', 'day'] as const;
      const called = periods.flatMap((period) => calledEvery(made, period));
      expect(called.sort()).toEqual(inVpc.map(({ id }) => id).sort());
      const wakes = made
        .all('AWS::Events::Rule')
        .filter(({ Properties: p }) => p.ScheduleExpression === 'rate(1 day)')
        .map(({ Properties: p }) => WAKE_EVENT.is(JSON.parse(p.Targets[0].Input)));
      expect(wakes).toEqual(calledEvery(made, 'day').map(() => true));
    },
  },
  {
    says: 'what waits for a function is given up: what its schedule or health-check asks again after a minute, the rest after five; and kept in a queue',
    check(made) {
      const scheduled = new Set([...calledEvery(made, 'minute'), ...calledEvery(made, 'five minutes')]);
      const configs = made.all('AWS::Lambda::EventInvokeConfig').map(({ Properties: p }) => {
        const id = idIn(p.FunctionName);
        return [id, p.MaximumEventAgeInSeconds, p.MaximumRetryAttempts, p.DestinationConfig?.OnFailure] as const;
      });
      expect(configs.map(([id]) => id).sort()).toEqual(
        made
          .all('AWS::Lambda::Function')
          .map(({ id }) => id)
          .sort(),
      );
      const roles = new Map(made.all('AWS::Lambda::Function').map(({ id, Properties: p }) => [id, idIn(p.Role)]));
      for (const [id, ageS, retries, onFailure] of configs) {
        expect([id, ageS, retries]).toEqual(scheduled.has(id) ? [id, 60, 0] : [id, 300, 2]);
        const queue = idIn(onFailure.Destination);
        expect(made.all('AWS::SQS::Queue').map((r) => r.id)).toContain(queue);
        const role = made.all('AWS::IAM::Role').find((r) => r.id === roles.get(id));
        const statements = role!.Properties.Policies.flatMap(
          (policy: { PolicyDocument: { Statement: { Action: unknown; Resource: unknown }[] } }) =>
            policy.PolicyDocument.Statement,
        );
        expect(statements).toContainEqual({
          Effect: 'Allow',
          Action: 'sqs:SendMessage',
          Resource: { 'Fn::GetAtt': [queue, 'Arn'] },
        });
      }
    },
  },
  {
    says: 'somebody hears of what was given up: an alarm looks at each queue that takes it',
    check(made) {
      const queues = made.all('AWS::SQS::Queue').map(({ Properties: p }) => p.QueueName as string);
      const looked = made
        .all('AWS::CloudWatch::Alarm')
        .filter(({ Properties: p }) => p.Namespace === 'AWS/SQS' && p.AlarmActions.length > 0)
        .map(({ Properties: p }) => p.Dimensions[0].Value as string);
      expect(queues.length).toBeGreaterThan(0);
      expect(looked.sort()).toEqual(queues.sort());
    },
  },
  {
    says: 'Lambda may make the interfaces of a function in its subnets, also where another account shares them, and in no other of that account',
    check(made, { region, account = ACCOUNT }) {
      const caller = { kind: 'role', account, roleArn: 'arn:role', sessionArn: 'arn:session' } as const;
      const roles = new Map(made.all('AWS::IAM::Role').map(({ id, Properties: p }) => [id, p]));
      for (const { Properties: p } of made.all('AWS::Lambda::Function')) {
        const policies = roles.get(idIn(p.Role))!.Policies as { readonly PolicyDocument: unknown }[];
        // Where synth knows the region it stands in the template.
        const identity = policies.map(({ PolicyDocument }) =>
          parseIamPolicy(JSON.parse(JSON.stringify(literal(PolicyDocument)).replaceAll('eu-west-1', region))),
        );
        const may = (owner: string, what: string): boolean => {
          const resource = `arn:${partitionOf(region)}:ec2:${region}:${owner}:${what}`;
          const question = { caller, action: 'ec2:CreateNetworkInterface', resource, context: {} };
          return evaluate(question, { identity, resource: null }).allowed;
        };
        const known = (p.VpcConfig.SubnetIds as unknown[]).filter((id) => typeof id === 'string');
        for (const what of ['network-interface/eni-1', 'security-group/sg-1', 'subnet/subnet-1'])
          expect([what, may(account, what)]).toEqual([what, true]);
        for (const id of known) expect([id, may('999999999999', `subnet/${id}`)]).toEqual([id, true]);
        expect(may('999999999999', 'subnet/subnet-1')).toBe(false);
      }
    },
  },
  {
    says: 'functions run in the VPC, in each zone, with a log that ends',
    check(made, cluster) {
      for (const { Properties: p } of made.all('AWS::Lambda::Function')) {
        expect(p.VpcConfig.SubnetIds).toHaveLength(cluster.zones.length);
        expect(p.LoggingConfig.LogGroup).toBeDefined();
      }
      for (const log of made.all('AWS::Logs::LogGroup')) expect(log.Properties.RetentionInDays).toBe(30);
    },
  },
  {
    says: 'whoever health-check calls has alarms that call it, too, fed by health-check and not by itself, and one that rings when health-check is silent',
    check(made, cluster) {
      const calling = (id: string): string[] =>
        made
          .all('AWS::CloudWatch::Alarm')
          .filter((alarm) => JSON.stringify(alarm.Properties.AlarmActions).includes(`${id}Function`))
          .map(({ Properties: p }) => p.MetricName);
      const { 'read-only': readOnly, stalled, gone } = METRICS.volumeTrouble;
      const shards = shardsOf(cluster);
      const ofVolumes = cluster.snapshots === true ? [readOnly, stalled, gone] : [];
      const each = (metrics: readonly MetricDefinition[], of: readonly unknown[] = shards): string[] =>
        of.flatMap(() => [METRICS.heartbeat, ...metrics].map(({ name }) => name)).sort();
      expect(calling('restoresnapshot').sort()).toEqual(cluster.snapshots === true ? each(ofVolumes) : []);
      // Where nothing is droppable it could do nothing.
      expect(calling('shedload').sort()).toEqual(each(cluster.load.droppable === undefined ? [] : [METRICS.loadShare]));
      // Queries are the first shard's business.
      expect(calling('routequeries').sort()).toEqual(cluster.thanos === null ? [] : each([METRICS.thanosHealthy], [0]));
      for (const { name } of [...ofVolumes, METRICS.loadShare, METRICS.thanosHealthy])
        expect([name, feeders(name)]).toEqual([name, ['health-check']]);
    },
  },
  {
    says: 'no two functions that are called every five minutes are called in the same one',
    check(made, cluster) {
      const minutes = made
        .all('AWS::Events::Rule')
        .flatMap(({ Properties: p }) => /^cron\((\d)\/5 /.exec(String(p.ScheduleExpression))?.[1] ?? []);
      const most = Math.max(...minutes.map((minute) => minutes.filter((other) => other === minute).length));
      expect(most).toBe(cluster.shards);
    },
  },
];
