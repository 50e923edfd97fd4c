import { rmSync } from 'node:fs';
import type { Cluster } from '../../lib/infra/config/cluster';
import { synthesize, type Resource, type Synthesized } from './synthesize';

const SECRETS: NonNullable<Cluster['secrets']> = {
  SLACK: { secretsManager: 'prod/slack', jsonKey: 'url' },
  SLACK_TOKEN: { secretsManager: 'prod/slack', jsonKey: 'token' },
  OTHER: { secretsManager: 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:other-AbCdEf' },
  PART: {
    secretsManager: 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:part',
    kmsKey: 'arn:aws:kms:eu-west-1:111122223333:key/k1',
  },
  PASSWORD: { parameter: '/prod/password' },
};

interface Statement {
  readonly Effect: string;
  readonly Action: string | string[];
  readonly Resource?: unknown;
  readonly NotResource?: unknown;
  readonly Condition?: unknown;
}

const made: Synthesized[] = [];
const synth = (change: (c: Cluster) => Cluster): Synthesized => {
  const one = synthesize(undefined, change);
  made.push(one);
  return one;
};
afterAll(() => made.forEach(({ dir }) => rmSync(dir, { recursive: true })));

const statements = ({ stacks }: Synthesized): Statement[] =>
  Object.values(stacks.nodes!)
    .filter(({ Type, Properties: p }) => Type === 'AWS::IAM::Role' && /^Prometheus node /.test(String(p.Description)))
    .slice(0, 1)
    .flatMap(({ Properties: p }) => p.Policies[0].PolicyDocument.Statement as Statement[]);
const actions = ({ Action }: Statement): string => [Action].flat().join();
const about = (one: Synthesized, pattern: RegExp): Statement[] =>
  statements(one).filter((s) => pattern.test(actions(s)));
/** Joined, with the account and partition that only AWS knows left out. */
const flat = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value), (_, v: unknown) => {
    const join = (v as { 'Fn::Join'?: [string, unknown[]] } | null)?.['Fn::Join'];
    return join === undefined ? v : join[1].map((part) => (typeof part === 'string' ? part : '*')).join(join[0]);
  });
const endpoints = (one: Synthesized): string[] =>
  one
    .all('AWS::EC2::VPCEndpoint')
    .map(({ Properties: p }) => JSON.stringify(p.ServiceName).replace(/^.*[.]|"\]*$|"$/g, ''));

test('without secrets there is no key, no permission and no endpoint for them', () => {
  const plain = synth((c) => c);
  expect(Object.values(plain.stacks.nodes!).filter(({ Type }) => Type.startsWith('AWS::KMS'))).toEqual([]);
  const allowed = about(plain, /secretsmanager|kms|GetParameter/).filter(({ Effect }) => Effect === 'Allow');
  expect(allowed).toEqual([]);
});

test('a node may read the secrets that are declared, and no others, with the keys that are named', () => {
  const one = synth((c) => ({ ...c, secrets: SECRETS }));
  expect(about(one, /secretsmanager|kms|GetParameter/).map(flat)).toEqual([
    {
      Effect: 'Allow',
      // It returns only what GetSecretValue is allowed of.
      Action: ['ec2:DescribeInstances', 'ec2:DescribeVolumes', 'secretsmanager:BatchGetSecretValue'],
      Resource: '*',
    },
    {
      Effect: 'Allow',
      Action: 'secretsmanager:GetSecretValue',
      Resource: [
        'arn:aws:secretsmanager:eu-west-1:111122223333:secret:other-AbCdEf',
        'arn:aws:secretsmanager:eu-west-1:111122223333:secret:part-??????',
        'arn:aws:secretsmanager:eu-west-1:*:secret:prod/slack-??????',
      ],
    },
    { Effect: 'Allow', Action: 'ssm:GetParameters', Resource: 'arn:aws:ssm:eu-west-1:*:parameter/prod/password' },
    {
      Effect: 'Allow',
      Action: 'kms:Decrypt',
      Resource: 'arn:aws:kms:eu-west-1:111122223333:key/k1',
      Condition: { StringEquals: { 'kms:ViaService': 'secretsmanager.eu-west-1.amazonaws.com' } },
    },
    {
      Effect: 'Allow',
      Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
      Resource: { 'Fn::GetAtt': [expect.any(String), 'Arn'] },
    },
    {
      Effect: 'Deny',
      Action: ['ssm:GetParameter', 'ssm:GetParameterHistory', 'ssm:GetParameters', 'ssm:GetParametersByPath'],
      NotResource: 'arn:aws:ssm:eu-west-1:*:parameter/prod/password',
    },
  ]);
  const kms = Object.values(one.stacks.nodes!).filter(({ Type }) => Type.startsWith('AWS::KMS'));
  expect(kms.map(({ Type, Properties: p }: Resource) => [Type, p.AliasName ?? p.EnableKeyRotation])).toEqual([
    ['AWS::KMS::Key', true],
    ['AWS::KMS::Alias', 'alias/prometheus-ha/trading-metrics/secrets/0'],
  ]);
});

test('declaring one replaces no machine', () => {
  const templates = (one: Synthesized): unknown =>
    Object.values(one.stacks.nodes!)
      .filter(({ Type }) => Type === 'AWS::EC2::LaunchTemplate')
      .map(({ Properties: p }) => p.LaunchTemplateData);
  const [plain, declared] = [synth((c) => c), synth((c) => ({ ...c, secrets: SECRETS }))];
  expect(templates(declared)).toEqual(templates(plain));
});

test('without the internet what secrets need is reached by endpoints, and nothing more is made', () => {
  const closed = (secrets: Cluster['secrets']) =>
    endpoints(
      synth((c) => ({
        ...c,
        network: { kind: 'new', cidr: '10.77.0.0/20', egress: 'endpoints' },
        artifactMirror: 'mirror',
        secrets,
      })),
    );
  const plain = closed({});
  const more = (secrets: Cluster['secrets']) => closed(secrets).filter((name) => !plain.includes(name));
  // For certificates anyway.
  expect(plain).toContain('kms');
  expect(more(SECRETS)).toEqual(['secretsmanager']);
  expect(more({ A: { parameter: '/a' } })).toEqual([]);
});
