import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { quotaWanted } from '../../lib/infra/config/lambda-reserve';
import { WORKERS } from '../../lib/contract/functions';
import { CONTROL_FUNCTIONS } from '../../lib/infra/constructs/control/functions';
import { ROOT } from '../fixtures/config-dir';
import { literal } from './literal';
import { synthesize, type Synthesized } from './synthesize';
import { idIn } from './template-rule';

let made: Synthesized;
const dirs: string[] = [];
const synth = (...args: Parameters<typeof synthesize>): Synthesized => {
  const result = synthesize(...args);
  dirs.push(result.dir);
  return result;
};
beforeAll(() => {
  made = synth();
});
afterAll(() => dirs.forEach((dir) => rmSync(dir, { recursive: true })));

test('the functions are those of the table, each with its code, schedule and limits', () => {
  const functions = made.all('AWS::Lambda::Function').map(({ Properties: p }) => p);
  expect(functions.map((p) => p.FunctionName)).toEqual(
    CONTROL_FUNCTIONS.map(({ name }) => `${made.cluster.name}-${name}`),
  );
  expect(functions.map((p) => p.Timeout)).toEqual(CONTROL_FUNCTIONS.map(({ timeoutS }) => timeoutS));
  expect(made.all('AWS::Events::Rule').map(({ Properties: p }) => [p.Name, p.ScheduleExpression])).toEqual(
    CONTROL_FUNCTIONS.map(({ name, schedule }) => [
      `${made.cluster.name}-${name}`,
      schedule === undefined
        ? 'rate(1 day)'
        : schedule.every === 'minute'
          ? 'rate(1 minute)'
          : `cron(${schedule.every}/5 * * * ? *)`,
    ]),
  );
});

test('nothing is reserved unless that is asked for, and then as much as the quota is checked against', () => {
  const reserved = (s: Synthesized): number[] =>
    s
      .all('AWS::Lambda::Function')
      .flatMap(({ Properties: p }) => (p.ReservedConcurrentExecutions as number | undefined) ?? []);
  expect(reserved(made)).toEqual([]);
  expect(quotaWanted(1)).toBe(106);
  const asked = synth(undefined, (c) => ({ ...c, shards: 2, lambda: { concurrency: quotaWanted(2), reserve: true } }));
  expect(100 + reserved(asked).reduce((a, b) => a + b, 0)).toBe(quotaWanted(2));
});

test('every directory of lambdas/ is in the table, and the other way round', () => {
  const written = readdirSync(join(ROOT, 'lambdas')).filter((name) => name !== 'shared');
  expect(written.sort()).toEqual(CONTROL_FUNCTIONS.map(({ name }) => name).sort());
});

test('functions: arm64, in the VPC, with a log that ends', () => {
  for (const { Properties: p } of made.all('AWS::Lambda::Function')) {
    expect(p).toMatchObject({ Architectures: ['arm64'], MemorySize: 176, Runtime: 'nodejs24.x' });
    expect(p.VpcConfig.SubnetIds).toHaveLength(2);
    expect(p.LoggingConfig.LogGroup).toBeDefined();
  }
  for (const log of made.all('AWS::Logs::LogGroup')) expect(log.Properties.RetentionInDays).toBe(30);
});

test('a bundle keeps within its limit and brings nothing of the CDK', () => {
  const sizes = CONTROL_FUNCTIONS.map(({ name, maxBundleBytes = 600_000 }) => {
    const fn = made.all('AWS::Lambda::Function').find((f) => f.Properties.FunctionName.endsWith(`-${name}`))!;
    const code = join(made.dir, `asset.${(fn.Properties.Code.S3Key as string).replace('.zip', '')}`, 'index.js');
    expect(readFileSync(code, 'utf8')).not.toMatch(/aws-cdk-lib|@aws-cdk\//);
    return { name, fits: statSync(code).size <= maxBundleBytes };
  });
  expect(sizes).toEqual(CONTROL_FUNCTIONS.map(({ name }) => ({ name, fits: true })));
});

test('reconnect-redis gets no further than the targets it is told of, and nodes may call it and nothing else', () => {
  const fn = made.all('AWS::Lambda::Function').find((f) => f.Properties.FunctionName.endsWith('reconnect-redis'))!;
  const { PROMHA_REMEDIES } = fn.Properties.Environment.Variables;
  expect(JSON.parse(PROMHA_REMEDIES)).toEqual([
    { name: 'redis', connect: { kind: 'redis', host: 'redis.trading.internal', port: 6379 } },
  ]);
  const group = made.all('AWS::EC2::SecurityGroup').find((g) => /reconnects/.test(g.Properties.GroupDescription))!;
  expect(group.Properties.SecurityGroupEgress.map((rule: { FromPort: number }) => rule.FromPort)).toEqual([443, 6379]);
  const statements = made
    .all('AWS::IAM::Role')
    .flatMap((r) => (r.Properties.Policies ?? []).flatMap((p: any) => p.PolicyDocument.Statement)); // eslint-disable-line @typescript-eslint/no-explicit-any
  const invoking = statements
    .filter((s) => JSON.stringify(s.Action).includes('lambda:'))
    .filter((s) => !JSON.stringify(s.Resource).includes('shed-load'));
  expect(invoking).toHaveLength(2);
  for (const { Action, Resource } of invoking) {
    expect([Action, JSON.stringify(Resource)]).toEqual([
      'lambda:InvokeFunction',
      expect.stringContaining(':function:trading-metrics-reconnect-redis"'),
    ]);
  }
});

test('health-check may call those that it is told of, all of them exist, and no other function', () => {
  const fn = made.all('AWS::Lambda::Function').find((f) => f.Properties.FunctionName.endsWith('-health-check'))!;
  const workers = JSON.parse(fn.Properties.Environment.Variables.PROMHA_WORKERS) as string[];
  expect(workers).toEqual([...WORKERS]);
  const { Policies } = made.all('AWS::IAM::Role').find(({ id }) => id === idIn(fn.Properties.Role))!.Properties;
  const statements = Policies.flatMap((p: { PolicyDocument: { Statement: object[] } }) => p.PolicyDocument.Statement);
  const invoking = statements.filter((s: { Action: unknown }) => JSON.stringify(s.Action).includes('lambda:'));
  expect(invoking).toHaveLength(1);
  const called = (literal(invoking[0].Resource) as string[]).map((arn) => arn.split(':function:')[1]);
  expect(called.sort()).toEqual(workers.map((name) => `trading-metrics-${name}`).sort());
  const deployed = made.all('AWS::Lambda::Function').map((f) => f.Properties.FunctionName);
  expect(deployed).toEqual(expect.arrayContaining(called));
});

test('without remedies there is no such function, alarm or permission; what control may still import stays', () => {
  const s = synth(undefined, (c) => ({ ...c, remedies: [] }));
  const text = JSON.stringify({ ...s.stacks, network: {} });
  expect(text).not.toMatch(/reconnect|remed/i);
  expect(s.outputs.network).toEqual(made.outputs.network);
  const [group, ...more] = s.all('AWS::EC2::SecurityGroup').filter((g) => /reconnects/.test(JSON.stringify(g)));
  expect([group!.Properties.SecurityGroupEgress.length, more]).toEqual([1, []]);
});

test('a hook is bundled and gets its permissions; a password is read when it is deployed', () => {
  const [remedy] = made.cluster.remedies;
  const allow = [{ actions: ['ecs:UpdateService'], resources: ['arn:aws:ecs:eu-west-1:111122223333:service/a/redis'] }];
  // Any module will do that has a default export: nothing is called here.
  const hook = { module: 'test/fixtures/config/cluster.ts', after: '10s', allow };
  const s = synth(undefined, (c) => ({ ...c, remedies: [{ ...remedy!, hook, passwordSecret: 'redis/password' }] }));
  const fn = s.all('AWS::Lambda::Function').find((f) => f.Properties.FunctionName.endsWith('reconnect-redis'))!;
  const { PROMHA_REMEDIES, PROMHA_REMEDY_PASSWORD_REDIS } = fn.Properties.Environment.Variables;
  expect(JSON.parse(PROMHA_REMEDIES)[0]).toMatchObject({ hookAfterMs: 10_000 });
  expect(PROMHA_REMEDY_PASSWORD_REDIS).toBe('{{resolve:secretsmanager:redis/password:SecretString:::}}');
  expect(JSON.stringify(s.all('AWS::IAM::Role'))).toContain('ecs:UpdateService');
  const code = (synthesized: Synthesized): string =>
    synthesized.all('AWS::Lambda::Function').find((f) => f.Properties.FunctionName.endsWith('reconnect-redis'))!
      .Properties.Code.S3Key;
  expect(code(s)).not.toBe(code(made));
});

test('snapshots and volumes: only with our tags, only for a test deleted, and nothing of a node is ever deleted', () => {
  const cluster = {
    'aws:ResourceTag/prometheus-ha:cluster': 'trading-metrics',
    'aws:ResourceTag/prometheus-ha:shard': '0',
  };
  interface Statement {
    readonly Action: string | string[];
    readonly Condition?: object;
  }
  const of = (name: string): Statement[] =>
    made
      .all('AWS::IAM::Role')
      .filter((r) => JSON.stringify(r.Properties.Policies ?? []).includes(name))
      .flatMap((r) =>
        (r.Properties.Policies as { PolicyDocument: { Statement: Statement[] } }[]).flatMap(
          (p) => p.PolicyDocument.Statement,
        ),
      );
  const statements = [...of('ec2:CreateSnapshot'), ...of('ec2:CreateVolume')];
  const ebs = statements.filter((s) => /ec2:(Create|Delete)(Snapshot|Volume|Tags)/.test(JSON.stringify(s.Action)));
  expect(ebs.length).toBeGreaterThan(10);
  for (const { Action, Condition } of ebs) {
    const conditions = JSON.stringify(Condition ?? {});
    expect([Action, conditions]).toEqual([Action, expect.stringMatching(/prometheus-ha:cluster|ec2:CreateAction/)]);
  }
  // What is made says by its tags what it is for, so that what may be deleted can be told from what a node has.
  const makes = ebs.filter(
    (s) => s.Action === 'ec2:CreateVolume' && JSON.stringify(s.Condition).includes('RequestTag'),
  );
  const marks = makes.flatMap(({ Condition }) => Object.keys((Condition as { Null: object }).Null));
  expect([...new Set(marks)].sort()).toEqual([
    'aws:RequestTag/prometheus-ha:restored-from',
    'aws:RequestTag/prometheus-ha:test-of',
  ]);
  const thins = ebs.filter((s) => s.Action === 'ec2:DeleteSnapshot');
  expect(thins.length).toBeGreaterThan(0);
  for (const { Condition } of thins) {
    expect(Condition).toEqual({
      StringEquals: cluster,
      Null: { 'aws:ResourceTag/prometheus-ha:taken-at': 'false' },
    });
  }
  const deletes = ebs.filter((s) => s.Action === 'ec2:DeleteVolume');
  expect(deletes.length).toBeGreaterThan(0);
  for (const { Condition } of deletes) {
    expect(Condition).toMatchObject({ StringEquals: cluster });
    // Only what was made for a test, or by a restore.
    expect(JSON.stringify(Condition)).toMatch(
      /"Null":{"aws:ResourceTag\/prometheus-ha:(test-of|restored-from)":"false"}/,
    );
  }
});

test('without `snapshots` nothing of it is there, and what holds data is the same', () => {
  const without = synth(undefined, (c) => ({ ...c, snapshots: false }));
  const names = (of: Synthesized, type: string, name: string): string[] =>
    of.all(type).map((r) => r.Properties[name] as string);
  const added = (type: string, name: string): string[] =>
    names(made, type, name).filter((n) => !names(without, type, name).includes(n));
  expect(added('AWS::Lambda::Function', 'FunctionName').sort()).toEqual([
    'trading-metrics-restore-snapshot',
    'trading-metrics-take-snapshot',
  ]);
  const ofVolumes = ['full', 'read-only', 'stalled', 'gone', 'needed'].map((trouble) => `volume-${trouble}`);
  const ofFunctions = ['take-snapshot', 'restore-snapshot'].flatMap((name) =>
    ['errors', 'throttled', 'not-running'].map((what) => `${name}-${what}`),
  );
  expect(added('AWS::CloudWatch::Alarm', 'AlarmName').sort()).toEqual(
    [...ofVolumes, 'restore-given-up', 'no-good-snapshot', ...ofFunctions].map((n) => `trading-metrics-${n}`).sort(),
  );
  expect(JSON.stringify(Object.values(without.stacks))).not.toMatch(
    /ec2:(CreateSnapshot|CreateVolume|DeleteVolume|DetachVolume)|take-snapshot|restore-snapshot/,
  );
  expect(without.stacks.stateful).toEqual(made.stacks.stateful);
});
