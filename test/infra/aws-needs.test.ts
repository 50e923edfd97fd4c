import { rmSync } from 'node:fs';
import type { ConfigBundle } from '../../lib/contract/documents/config';
import { loadConfiguration } from '../../lib/infra/config/load';
import type { Cluster } from '../../lib/infra/config/cluster';
import { reachWarnings } from '../../lib/infra/config/reach/warnings';
import { evaluate } from '../../local/iam/evaluate';
import { parseIamPolicy, type IamPolicy } from '../../local/iam/policy';
import { FIXTURE_CONFIG } from '../fixtures/config-dir';
import { ConfigFixture } from '../fixtures/config-fixture';
import { assemble, type Synthesized } from './synthesize';

let fixture: ConfigFixture;
const dirs: string[] = [];
beforeEach(() => {
  fixture = new ConfigFixture();
});
afterEach(() => fixture.remove());
afterAll(() => dirs.forEach((dir) => rmSync(dir, { recursive: true })));

const PACE = 'global: { scrape_interval: 1s, evaluation_interval: 1s }\n';
const DISCOVERY = `
scrape_configs:
- job_name: machines
  ec2_sd_configs: [{ region: eu-west-1, port: 9100 }]
- job_name: tasks
  ecs_sd_configs: [{ region: eu-west-1 }]
- job_name: elsewhere
  aws_sd_configs: [{ role: ec2, role_arn: 'arn:aws:iam::222233334444:role/finder' }]
remote_write:
- url: https://aps-workspaces.eu-west-1.amazonaws.com/workspaces/ws-1234/api/v1/remote_write
  sigv4: { region: eu-west-1 }
`;
const RECEIVERS = `
route: { receiver: a }
receivers:
- name: a
  sns_configs:
  - topic_arn: arn:aws:sns:eu-west-1:111122223333:pages
    sigv4: { region: eu-west-1 }
  - topic_arn: arn:aws:sns:us-east-1:222233334444:theirs
    sigv4: { region: us-east-1, role_arn: 'arn:aws:iam::222233334444:role/pager' }
`;

const load = (prometheus: string, alertmanager: string) => {
  fixture.write('prometheus.yml', `${PACE}${prometheus}`).write('alertmanager.yml', alertmanager);
  return loadConfiguration(fixture.path('cluster.ts'), fixture.dir);
};
function synth(cluster: Cluster, bundle: ConfigBundle): Synthesized {
  const made = assemble(cluster, bundle);
  dirs.push(made.dir);
  return made;
}

/** The node's own policy, with account and stacks named. */
function policyOf({ stacks }: Synthesized): IamPolicy {
  const [role] = Object.values(stacks.nodes!).filter(({ Properties: p }) =>
    /^Prometheus node /.test(String(p.Description)),
  );
  const text = JSON.stringify(role!.Properties.Policies[0].PolicyDocument, (_, v: unknown) => {
    const join = (v as { 'Fn::Join'?: [string, unknown[]] } | null)?.['Fn::Join'];
    if (join !== undefined)
      return join[1].map((part) => (typeof part === 'string' ? part : '111122223333')).join(join[0]);
    return typeof v === 'object' &&
      v !== null &&
      !Array.isArray(v) &&
      Object.keys(v).length === 1 &&
      !('StringEquals' in v) &&
      ('Ref' in v || 'Fn::ImportValue' in v || 'Fn::GetAtt' in v)
      ? 'imported'
      : v;
  });
  return parseIamPolicy(JSON.parse(text));
}

const caller = {
  kind: 'role',
  account: '111122223333',
  roleArn: 'arn:aws:iam::111122223333:role/node',
  sessionArn: 'x',
} as const;
const TRUST = parseIamPolicy({
  Statement: { Effect: 'Allow', Principal: { AWS: '111122223333' }, Action: 'sts:AssumeRole', Resource: '*' },
});
const ASKED: readonly [action: string, resource: string][] = [
  ['ec2:DescribeAvailabilityZones', '*'],
  ['ec2:DescribeNetworkInterfaces', '*'],
  ['ecs:ListTasks', '*'],
  ['aps:RemoteWrite', 'arn:aws:aps:eu-west-1:111122223333:workspace/ws-1234'],
  ['sns:Publish', 'arn:aws:sns:eu-west-1:111122223333:pages'],
  ['sts:AssumeRole', 'arn:aws:iam::222233334444:role/finder'],
  ['sts:AssumeRole', 'arn:aws:iam::222233334444:role/pager'],
];
const OTHERS: readonly [action: string, resource: string][] = [
  ['aps:RemoteWrite', 'arn:aws:aps:eu-west-1:111122223333:workspace/ws-other'],
  ['aps:QueryMetrics', 'arn:aws:aps:eu-west-1:111122223333:workspace/ws-1234'],
  ['sns:Publish', 'arn:aws:sns:us-east-1:222233334444:theirs'],
  ['sts:AssumeRole', 'arn:aws:iam::222233334444:role/other'],
  ['ecs:UpdateService', '*'],
  ['rds:DescribeDBInstances', '*'],
];
const allowed = (policy: IamPolicy, asked: typeof ASKED): string[] =>
  asked
    .filter(([action, resource]) => {
      const policies = { identity: [policy], resource: action.startsWith('sts:') ? TRUST : null };
      return evaluate({ caller, action, resource, context: {} }, policies).allowed;
    })
    .map((one) => one.join(' '));

test('the role of a node gets what the configuration asks of AWS, and no more; without it, nothing of that', () => {
  const { cluster, bundle } = load(DISCOVERY, RECEIVERS);
  const policy = policyOf(synth(cluster, bundle));
  expect(allowed(policy, ASKED)).toEqual(ASKED.map((one) => one.join(' ')));
  expect(allowed(policy, OTHERS)).toEqual([]);
  const plain = loadConfiguration(`${FIXTURE_CONFIG}/cluster.ts`, FIXTURE_CONFIG);
  expect(allowed(policyOf(synth(plain.cluster, plain.bundle)), [...ASKED, ...OTHERS])).toEqual([]);
});

test('without the internet endpoints are made for it, and what none leads to is told', () => {
  const { cluster: open, bundle } = load(DISCOVERY, RECEIVERS);
  const cluster: Cluster = { ...open, network: { kind: 'new', cidr: '10.77.0.0/20', egress: 'endpoints' } };
  const endpoints = (one: Synthesized): string =>
    JSON.stringify(one.all('AWS::EC2::VPCEndpoint').map(({ Properties: p }) => p.ServiceName));
  const made = endpoints(synth(cluster, bundle));
  const plain = endpoints(synth(cluster, { ...bundle, prometheus: '', alertmanager: 'route: {}' }));
  for (const service of ['aps-workspaces', 'ecs', 'sns', 'sts']) {
    expect(made).toContain(`.${service}"`);
    expect(plain).not.toContain(`.${service}"`);
  }
  const told = (one: Cluster): string[] => reachWarnings(one, bundle, (path) => path.join('.'));
  expect(told(cluster)).toEqual([
    expect.stringMatching(/^network.egress: .*do not reach sns in us-east-1, sts in us-east-1: .*egress: 'nat'/),
  ]);
  expect(told(open)).toEqual([]);
  const vpc = { kind: 'imported', vpcId: 'vpc-1', cidr: '10.0.0.0/16', subnets: {}, addS3Endpoint: false } as const;
  expect(told({ ...open, network: vpc })).toEqual([expect.stringMatching(/vpc-1.*aps-workspaces, ecs, kms, sns, sts/)]);
});

test('profiles are left out of both files and told, with their line', () => {
  const { bundle, warnings } = load(
    'scrape_configs:\n- job_name: a\n  ec2_sd_configs:\n  - region: eu-west-1\n    profile: mine\n',
    RECEIVERS.replace('sigv4: { region: eu-west-1 }', 'sigv4: { region: eu-west-1, profile: mine }'),
  );
  expect(warnings).toContainEqual(expect.stringMatching(/prometheus.yml:6:5: profile is left out/));
  expect(warnings).toContainEqual(expect.stringMatching(/alertmanager.yml:7:\d+: profile is left out/));
  expect(`${bundle.prometheus}${bundle.alertmanager}`).not.toContain('profile');
});

test('of a topic that a template names what stands there counts', () => {
  const { cluster, bundle } = load('', RECEIVERS.replace(':pages', ':pages-{{ .CommonLabels.team }}'));
  const asked = (topic: string) => ['sns:Publish', `arn:aws:sns:eu-west-1:111122223333:${topic}`] as [string, string];
  expect(allowed(policyOf(synth(cluster, bundle)), [asked('pages-a'), asked('other')])).toEqual([
    asked('pages-a').join(' '),
  ]);
});

test('a phone is no topic: publishing is allowed to phones alone', () => {
  const { cluster, bundle } = load(
    '',
    RECEIVERS.replace('topic_arn: arn:aws:sns:eu-west-1:111122223333:pages', "phone_number: '+49'"),
  );
  const policy = policyOf(synth(cluster, bundle));
  expect(
    allowed(policy, [
      ['sns:Publish', '+49'],
      ['sns:Publish', 'arn:aws:sns:eu-west-1:111122223333:any'],
    ]),
  ).toEqual(['sns:Publish +49']);
});
