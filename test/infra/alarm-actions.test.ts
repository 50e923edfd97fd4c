import { rmSync } from 'node:fs';
import { evaluate, type Decision } from '../../local/iam/evaluate';
import { parseIamPolicy, type IamPolicy } from '../../local/iam/policy';
import { ACCOUNT, arnOf, literal } from './literal';
import { synthesize, type Resource, type Synthesized } from './synthesize';

let made: Synthesized;
beforeAll(() => {
  made = synthesize(undefined, (c) => ({ ...c, alarmEmail: 'ops@trading.example' }));
  rmSync(made.dir, { recursive: true });
});

const ALARM_ARN = `arn:aws:cloudwatch:eu-west-1:${ACCOUNT}:alarm:any`;

/** CloudWatch calls for an alarm of ours, over TLS; `account` the one that the alarm is in. */
function asCloudWatch(action: string, resource: string, policy: IamPolicy | null, account = ACCOUNT): Decision {
  const caller = { kind: 'service', name: 'cloudwatch.amazonaws.com' } as const;
  const context = {
    'aws:SecureTransport': 'true',
    'aws:SourceAccount': account,
    'aws:SourceArn': ALARM_ARN.replace(ACCOUNT, account),
  };
  return evaluate({ caller, action, resource, context }, { identity: [], resource: policy });
}

const policyOf = (resource: Resource | undefined, property: string): IamPolicy | null =>
  resource === undefined ? null : parseIamPolicy(literal(resource.Properties[property]));

const topics = (): (Resource & { readonly id: string })[] => made.all('AWS::SNS::Topic');
const topicPolicy = (id: string): IamPolicy | null =>
  policyOf(
    made.all('AWS::SNS::TopicPolicy').find(({ Properties: p }) => (literal(p.Topics) as string[]).includes(arnOf(id))),
    'PolicyDocument',
  );
const keyOf = (topic: Resource): IamPolicy | null => {
  const key = literal(topic.Properties.KmsMasterKeyId);
  return policyOf(
    made.all('AWS::KMS::Key').find(({ id }) => arnOf(id) === key),
    'KeyPolicy',
  );
};

test('every topic that an alarm has as an action lets CloudWatch publish, and its key lets it encrypt', () => {
  const actions = new Set(
    made.all('AWS::CloudWatch::Alarm').flatMap(({ Properties: p }) => literal(p.AlarmActions) as string[]),
  );
  const used = topics().filter(({ id }) => actions.has(arnOf(id)));
  expect(used).toHaveLength(1);
  for (const topic of used) {
    const arn = arnOf(topic.id);
    expect(asCloudWatch('sns:Publish', arn, topicPolicy(topic.id))).toMatchObject({ allowed: true });
    for (const action of ['kms:Decrypt', 'kms:GenerateDataKey'])
      expect(asCloudWatch(action, 'key', keyOf(topic))).toMatchObject({ allowed: true });
  }
});

test('alarms of another account publish nothing here', () => {
  for (const topic of topics()) {
    expect(asCloudWatch('sns:Publish', arnOf(topic.id), topicPolicy(topic.id), '999999999999').allowed).toBe(false);
    expect(asCloudWatch('kms:Decrypt', 'key', keyOf(topic), '999999999999').allowed).toBe(false);
  }
});
