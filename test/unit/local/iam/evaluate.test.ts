import { evaluate, type IamCaller, type Decision } from '../../../../local/iam/evaluate';
import type { RequestContext } from '../../../../local/iam/match';
import { parseIamPolicy } from '../../../../local/iam/policy';

const ACCOUNT = '123456789012';
const ROLE = `arn:aws:iam::${ACCOUNT}:role/node`;
const role: IamCaller = {
  kind: 'role',
  account: ACCOUNT,
  roleArn: ROLE,
  sessionArn: `arn:aws:sts::${ACCOUNT}:assumed-role/node/i-1`,
};
const cloudwatch: IamCaller = { kind: 'service', name: 'cloudwatch.amazonaws.com' };
const OBJECT = 'arn:aws:s3:::bucket/a/b.json';

interface Case {
  readonly identity?: object;
  readonly resource?: object;
  readonly caller?: IamCaller;
  readonly action?: string;
  readonly on?: string;
  readonly context?: RequestContext;
}

const policy = (...Statement: object[]) => parseIamPolicy({ Version: '2012-10-17', Statement });
const decide = ({
  identity,
  resource,
  caller = role,
  action = 's3:GetObject',
  on = OBJECT,
  context = {},
}: Case): Decision =>
  evaluate(
    { caller, action, resource: on, context },
    { identity: identity ? [policy(identity)] : [], resource: resource ? policy(resource) : null },
  );
const verdict = (c: Case): string => {
  const decision = decide(c);
  return decision.allowed ? 'allowed' : decision.because;
};
const allow = (more: object = {}): object => ({ Effect: 'Allow', Action: 's3:GetObject', Resource: '*', ...more });
const when = (Condition: object, context: RequestContext): Case => ({ identity: allow({ Condition }), context });

// IAM User Guide: "Policy evaluation logic", "How AWS enforcement code logic evaluates requests".
describe('who decides', () => {
  test.each<[string, Case, string]>([
    ['nobody says anything', {}, 'no allow'],
    ['the role’s own policy allows', { identity: allow() }, 'allowed'],
    ['the resource’s policy allows the role', { resource: allow({ Principal: { AWS: ROLE } }) }, 'allowed'],
    ['it allows another role', { resource: allow({ Principal: { AWS: `${ROLE}2` } }) }, 'no allow'],
    ['it allows everybody', { resource: allow({ Principal: '*' }) }, 'allowed'],
    ['it allows the account: IAM decides', { resource: allow({ Principal: { AWS: ACCOUNT } }) }, 'no allow'],
    [
      'it denies, the role’s allows',
      { identity: allow(), resource: allow({ Effect: 'Deny', Principal: '*' }) },
      'explicit deny',
    ],
    [
      'it denies another role',
      { identity: allow(), resource: allow({ Effect: 'Deny', Principal: { AWS: `${ROLE}2` } }) },
      'allowed',
    ],
    [
      'NotPrincipal denies all but this role',
      { identity: allow(), resource: allow({ Effect: 'Deny', NotPrincipal: { AWS: ROLE } }) },
      'allowed',
    ],
    ['a key without a policy', { identity: allow({ Action: 'kms:*' }), action: 'kms:Decrypt', on: 'key' }, 'no allow'],
    [
      'a key that lets the account decide',
      {
        identity: allow({ Action: 'kms:*' }),
        resource: allow({ Action: 'kms:*', Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` } }),
        action: 'kms:Decrypt',
        on: 'key',
      },
      'allowed',
    ],
    [
      'a service with an allow',
      { caller: cloudwatch, resource: allow({ Principal: { Service: 'cloudwatch.amazonaws.com' } }) },
      'allowed',
    ],
    ['a service without', { caller: cloudwatch, resource: allow({ Principal: { AWS: ACCOUNT } }) }, 'no allow'],
    // Its absence was a finding: a topic policy of one Deny for what is not encrypted in transit.
    [
      'a service and a topic that only denies',
      {
        caller: cloudwatch,
        resource: {
          Effect: 'Deny',
          Action: 'sns:Publish',
          Resource: '*',
          Principal: '*',
          Condition: { Bool: { 'aws:SecureTransport': 'false' } },
        },
        action: 'sns:Publish',
        context: { 'aws:SecureTransport': 'true' },
      },
      'no allow',
    ],
  ])('%s', (_, c, expected) => {
    expect(verdict(c)).toBe(expected);
  });
});

// IAM User Guide: "IAM JSON policy elements".
describe('actions and resources', () => {
  test.each<[string, Case, string]>([
    ['actions do not look at case', { identity: allow({ Action: 'S3:getobject' }) }, 'allowed'],
    ['wildcards', { identity: allow({ Action: ['s3:Get*', 'ec2:?'] }) }, 'allowed'],
    ['a wildcard of something else', { identity: allow({ Action: 's3:Put*' }) }, 'no allow'],
    ['NotAction', { identity: allow({ Action: undefined, NotAction: 's3:Put*' }) }, 'allowed'],
    ['NotAction of this', { identity: allow({ Action: undefined, NotAction: 's3:Get*' }) }, 'no allow'],
    ['a resource’s case counts', { identity: allow({ Resource: 'arn:aws:s3:::Bucket/*' }) }, 'no allow'],
    ['a resource’s wildcard takes slashes in', { identity: allow({ Resource: 'arn:aws:s3:::bucket/*' }) }, 'allowed'],
    ['the bucket is not its objects', { identity: allow({ Resource: 'arn:aws:s3:::bucket' }) }, 'no allow'],
    ['NotResource', { identity: allow({ Resource: undefined, NotResource: 'arn:aws:s3:::other/*' }) }, 'allowed'],
    [
      'NotResource of this',
      { identity: allow({ Resource: undefined, NotResource: 'arn:aws:s3:::bucket/*' }) },
      'no allow',
    ],
    [
      'a variable',
      {
        identity: allow({ Resource: 'arn:aws:s3:::bucket/${aws:PrincipalTag/team}/*' }),
        context: { 'aws:PrincipalTag/team': 'a' },
      },
      'allowed',
    ],
    [
      'a variable that the request lacks',
      { identity: allow({ Resource: 'arn:aws:s3:::bucket/${aws:PrincipalTag/team}/*' }) },
      'no allow',
    ],
    [
      'its default',
      { identity: allow({ Resource: "arn:aws:s3:::bucket/${aws:PrincipalTag/team, 'a'}/*" }) },
      'allowed',
    ],
    [
      'a dot is a dot',
      { identity: allow({ Resource: 'arn:aws:s3:::bucket/a/b?json' }), on: 'arn:aws:s3:::bucket/a/b.json' },
      'allowed',
    ],
    ['and no wildcard', { identity: allow({ Resource: OBJECT }), on: 'arn:aws:s3:::bucket/a/bxjson' }, 'no allow'],
  ])('%s', (_, c, expected) => {
    expect(verdict(c)).toBe(expected);
  });
});

// IAM User Guide: "Condition operators", "Single-valued vs. multivalued context keys".
describe('conditions', () => {
  const tag = { 'aws:ResourceTag/cluster': 'a' };
  test.each<[string, object, RequestContext, string]>([
    ['StringEquals', { StringEquals: { 'aws:ResourceTag/cluster': ['b', 'a'] } }, tag, 'allowed'],
    ['keys do not look at case', { StringEquals: { 'AWS:resourcetag/Cluster': 'a' } }, tag, 'allowed'],
    ['another value', { StringEquals: { 'aws:ResourceTag/cluster': 'b' } }, tag, 'no allow'],
    ['no value', { StringEquals: { 'aws:ResourceTag/cluster': 'a' } }, {}, 'no allow'],
    ['no value, IfExists', { StringEqualsIfExists: { 'aws:ResourceTag/cluster': 'a' } }, {}, 'allowed'],
    ['another value, IfExists', { StringEqualsIfExists: { 'aws:ResourceTag/cluster': 'b' } }, tag, 'no allow'],
    ['StringNotEquals without a value', { StringNotEquals: { 'aws:ResourceTag/cluster': 'a' } }, {}, 'allowed'],
    [
      'StringNotEquals with several: none of them',
      { StringNotEquals: { 'aws:ResourceTag/cluster': ['b', 'a'] } },
      tag,
      'no allow',
    ],
    ['StringLike', { StringLike: { 's3:prefix': ['nodes/*'] } }, { 's3:prefix': 'nodes/0/' }, 'allowed'],
    [
      'StringEquals takes no wildcard',
      { StringEquals: { 's3:prefix': ['nodes/*'] } },
      { 's3:prefix': 'nodes/0/' },
      'no allow',
    ],
    [
      'all operators have to hold',
      { StringEquals: tag, Bool: { 'aws:SecureTransport': true } },
      { ...tag, 'aws:SecureTransport': 'false' },
      'no allow',
    ],
    [
      'all keys have to hold',
      { StringEquals: { ...tag, 'aws:RequestedRegion': 'x' } },
      { ...tag, 'aws:RequestedRegion': 'y' },
      'no allow',
    ],
    [
      'ForAllValues',
      { 'ForAllValues:StringEquals': { 'aws:TagKeys': ['a', 'b'] } },
      { 'aws:TagKeys': ['a'] },
      'allowed',
    ],
    [
      'ForAllValues with one too many',
      { 'ForAllValues:StringEquals': { 'aws:TagKeys': ['a', 'b'] } },
      { 'aws:TagKeys': ['a', 'c'] },
      'no allow',
    ],
    ['ForAllValues of nothing', { 'ForAllValues:StringEquals': { 'aws:TagKeys': ['a'] } }, {}, 'allowed'],
    ['ForAnyValue', { 'ForAnyValue:StringEquals': { 'aws:TagKeys': ['a'] } }, { 'aws:TagKeys': ['c', 'a'] }, 'allowed'],
    ['ForAnyValue of nothing', { 'ForAnyValue:StringEquals': { 'aws:TagKeys': ['a'] } }, {}, 'no allow'],
    [
      'ForAnyValue:StringNotEquals of nothing',
      { 'ForAnyValue:StringNotEquals': { 'aws:TagKeys': ['a'] } },
      {},
      'no allow',
    ],
    ['Null true: it is not there', { Null: { 'aws:TagKeys': 'true' } }, {}, 'allowed'],
    ['Null false: it is there', { Null: { 'aws:TagKeys': 'false' } }, {}, 'no allow'],
    [
      'ArnLike, part by part',
      { ArnLike: { 'aws:SourceArn': 'arn:aws:cloudwatch:*:*:alarm:a-*' } },
      { 'aws:SourceArn': 'arn:aws:cloudwatch:eu-west-1:1:alarm:a-b:c' },
      'allowed',
    ],
    [
      'ArnEquals: a wildcard does not cross parts',
      { ArnEquals: { 'aws:SourceArn': 'arn:aws:*:alarm:a' } },
      { 'aws:SourceArn': 'arn:aws:cloudwatch:r:1:alarm:a' },
      'no allow',
    ],
    ['IpAddress', { IpAddress: { 'aws:SourceIp': '203.0.113.0/24' } }, { 'aws:SourceIp': '203.0.113.9' }, 'allowed'],
    [
      'NotIpAddress',
      { NotIpAddress: { 'aws:SourceIp': '203.0.113.0/24' } },
      { 'aws:SourceIp': '203.0.113.9' },
      'no allow',
    ],
    ['NumericLessThanEquals', { NumericLessThanEquals: { 's3:max-keys': '10' } }, { 's3:max-keys': '10' }, 'allowed'],
    [
      'DateGreaterThan',
      { DateGreaterThan: { 'aws:CurrentTime': '2026-01-01T00:00:00Z' } },
      { 'aws:CurrentTime': '2025-12-31T23:59:59Z' },
      'no allow',
    ],
    [
      'a variable in a value',
      { StringEquals: { 'aws:ResourceTag/owner': '${aws:PrincipalTag/name}' } },
      { 'aws:ResourceTag/owner': 'x', 'aws:PrincipalTag/name': 'x' },
      'allowed',
    ],
  ])('%s', (_, condition, context, expected) => {
    expect(verdict(when(condition, context))).toBe(expected);
  });

  test('an operator that IAM does not have is a mistake of the policy', () => {
    expect(() => verdict(when({ StringIs: { a: 'b' } }, {}))).toThrow('no condition operator "StringIs"');
  });
});

test('what is no policy is refused', () => {
  expect(() => parseIamPolicy({ Statement: [{ Effect: 'allow', Action: 's3:*' }] })).toThrow(/Effect/);
  expect(() => parseIamPolicy({ Statement: [{ Effect: 'Allow', Actions: 's3:*' }] })).toThrow(/Actions/);
});
