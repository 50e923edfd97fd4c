import {
  judgeBootstrap,
  judgeMirror,
  judgeRoles,
  SERVICE_ROLES,
  type ServiceRole,
} from '../../../../lib/core/preflight/account';
import type { AwsAnswer, PreflightFinding } from '../../../../lib/core/preflight/findings';
import { judgeImage, judgeOffer } from '../../../../lib/core/preflight/image';
import { judgeNames } from '../../../../lib/core/preflight/names';
import { needsOf } from '../../../../lib/core/preflight/needs';
import { judgeQuotas } from '../../../../lib/core/preflight/quotas';
import { preflightReport, renderPreflight } from '../../../../lib/core/preflight/report';

const R = 'eu-west-1';
const short = (found: readonly PreflightFinding[]): string[] =>
  found.map(({ level, what, fix = '' }) => `${level}: ${what} | ${fix}`);
const REFUSED = { error: 'AccessDenied' };

describe('image', () => {
  const seen = { architecture: 'arm64', state: 'available', rootDevice: '/dev/xvda' };
  const judged = (found: object | null, parameter: string | null = null): string[] =>
    short(judgeImage({ value: { id: 'ami-1', parameter, found: found && { ...seen, ...found } } }, 'arm64', R));
  test('that fits is well, pinned or not', () => {
    expect(judged({})).toEqual(['well: image ami-1 for arm64 | ']);
    expect(judged({}, '/aws/service')).toEqual(['warn: the image is not pinned: today ami-1 | npm run pin -- image']);
  });
  test.each([
    [null, 'ami-1 is not in eu-west-1'],
    [{ architecture: 'x86_64' }, 'is for x86_64, the instance type for arm64'],
    [{ state: 'deregistered' }, 'is deregistered'],
  ])('%j stops', (found, says) => {
    expect(judged(found)).toEqual([expect.stringMatching(new RegExp(`^stop: .*${says} \\| npm run pin -- image`))]);
  });
  test('a root elsewhere keeps its size', () => {
    expect(judged({ rootDevice: '/dev/sda1' })).toEqual([expect.anything(), expect.stringMatching(/^warn: .*sda1/)]);
  });
});

test('a type has to be offered where nodes are', () => {
  expect(short(judgeOffer({ value: { 'r7g.large': [`${R}a`, `${R}c`] } }, ['r7g.large'], [`${R}a`, `${R}b`]))).toEqual([
    `stop: r7g.large is not offered in ${R}b | other zones: ${R}a, ${R}c; or another instance.type`,
  ]);
  expect(judgeOffer({ value: { 'r7g.large': [`${R}a`] } }, ['r7g.large'], [`${R}a`])[0]!.level).toBe('well');
});

test('a fallback type helps only where it is offered', () => {
  const judged = (fallback: string[]): string =>
    judgeOffer(
      { value: { 'r7g.large': [`${R}a`], 'r6g.large': fallback } },
      ['r7g.large', 'r6g.large'],
      [`${R}a`, `${R}b`],
    )[0]!.level;
  expect([judged([`${R}b`]), judged([`${R}a`])]).toEqual(['warn', 'stop']);
});

describe('quotas', () => {
  const needs = needsOf({
    instanceTypes: ['r7g.large'],
    nodes: 2,
    volumeGiB: 200,
    shards: 1,
    network: null,
    snapshots: true,
    remedies: 1,
    thanos: null,
  });
  const used = { vpcs: { value: 4 }, addresses: { value: 4 } };
  const judged = (vcpus: AwsAnswer<number>, executions: AwsAnswer<number>): string[] =>
    short(
      judgeQuotas(
        needs,
        { quotas: { 'L-1216C47A': vcpus, 'L-7A658B76': { value: 50 }, 'L-B99A9384': executions }, used },
        R,
      ),
    ).filter((line) => !line.startsWith('well: TiB'));
  test('that suffice are well', () => {
    expect(judged({ value: 5 }, { value: 1000 })).toEqual([
      'well: on-demand vCPUs, Standard instances: the account has 5, this needs 4 | ',
      'well: concurrent executions of Lambda: the account has 1000, this needs 11 | ',
    ]);
  });
  test('too small stops, too small for an incident warns, each with the command', () => {
    expect(judged({ value: 1 }, { value: 10 })).toEqual([
      'stop: on-demand vCPUs, Standard instances: the account has 1 | aws service-quotas request-service-quota-increase --region eu-west-1 --service-code ec2 --quota-code L-1216C47A --desired-value 4',
      'warn: concurrent executions of Lambda: the account has 10 | aws service-quotas request-service-quota-increase --region eu-west-1 --service-code lambda --quota-code L-B99A9384 --desired-value 1000',
    ]);
  });
  test('of which there are few: what others use counts', () => {
    const [vpc, addresses] = [
      { service: 'vpc', code: 'L-F678F1CE', name: 'VPCs of the region' },
      { service: 'ec2', code: 'L-0263D0A3', name: 'elastic IPs of the region' },
    ];
    const few = [
      { quota: vpc, least: 1, most: 1, counted: 'vpcs' },
      { quota: addresses, least: 2, most: 2, counted: 'addresses' },
    ] as const;
    const quotas = { 'L-F678F1CE': { value: 5 }, 'L-0263D0A3': { value: 5 } };
    expect(short(judgeQuotas(few, { quotas, used }, R))).toEqual([
      'well: VPCs of the region: the account has 5, of which others use 4, this needs 1 | ',
      'stop: elastic IPs of the region: the account has 5, of which others use 4 | aws service-quotas request-service-quota-increase --region eu-west-1 --service-code ec2 --quota-code L-0263D0A3 --desired-value 6',
    ]);
    expect(short(judgeQuotas(few, { quotas, used: { ...used, vpcs: REFUSED } }, R))[0]).toMatch(
      /^unknown: use of VPCs of the region.*ec2:DescribeVpcs/,
    );
  });
  test('that nobody may read are not known, with the permission', () => {
    expect(judged(REFUSED, REFUSED)).toEqual([
      expect.stringMatching(/^unknown: .*L-1216C47A.*servicequotas:GetServiceQuota/),
      expect.stringMatching(/^unknown: .*lambda:GetAccountSettings/),
    ]);
  });
});

test('each service-linked role that is missing has its command', () => {
  const there = Object.fromEntries(Object.keys(SERVICE_ROLES).map((role) => [role, { value: true }]));
  const roles = { ...there, AWSServiceRoleForECS: { value: false } } as Record<ServiceRole, AwsAnswer<boolean>>;
  expect(short(judgeRoles(roles)).filter((line) => !line.startsWith('well'))).toEqual([
    'stop: the service-linked role AWSServiceRoleForECS is not there | aws iam create-service-linked-role --aws-service-name ecs.amazonaws.com',
  ]);
});

test('bootstrap: none, old, right', () => {
  const levels = [null, 5, 6].map((value) => short(judgeBootstrap({ value }, '123456789012', R)));
  expect(levels).toEqual([
    [`stop: ${R} is not bootstrapped | npx cdk bootstrap aws://123456789012/${R}`],
    [`stop: the CDK bootstrap has version 5 | npx cdk bootstrap aws://123456789012/${R}`],
    ['well: CDK bootstrap of version 6 | '],
  ]);
});

test('mirror: none, complete, one missing', () => {
  const source = 'https://github.com/a/b.tar.gz';
  expect(judgeMirror(null, { value: [] })[0]).toMatchObject({ level: 'warn', what: 'no artifactMirror is set' });
  expect(short(judgeMirror('m', { value: [] }))).toEqual(['well: mirror s3://m | ']);
  expect(short(judgeMirror('m', { value: [{ key: 'b.tar.gz', source }] }))).toEqual([
    `stop: s3://m/b.tar.gz is not there | curl -fL ${source} | aws s3 cp - s3://m/b.tar.gz`,
  ]);
});

describe('names', () => {
  const NONE = { stacks: [], clusters: [], functions: [], volumes: [], buckets: [] };
  const judged = (over: object): string[] =>
    short(judgeNames({ value: { ...NONE, ...over } }, { cluster: 'c', region: R, keptTag: 'kept' }));
  const stack = (name: string, status = 'CREATE_COMPLETE', ours = true) => ({ name, status, ours });
  const volume = (id: string, node: string, over: object = {}) => ({ id, node, shard: 0, generation: 1, ...over });
  const volumes = [volume('vol-1', 'prometheus-1')];

  test('that are free, and those of the cluster itself', () => {
    expect(judged({})).toEqual(['well: cluster c: no stack has its names yet | ']);
    expect(
      judged({ stacks: [stack('c-stateful'), stack('c-control')], functions: ['c-health-check'], volumes }),
    ).toEqual(['well: cluster c: 2 stacks are its own | ']);
  });
  test('a renamed cluster is a second one; two that are there leave each other alone', () => {
    expect(judged({ clusters: ['old'] })).toEqual([
      "warn: the cluster old is there, and c would be a second one beside it | if it is meant to be the same: name: 'old' in config/cluster.ts",
    ]);
    expect(judged({ clusters: ['old'], stacks: [stack('c-stateful')] })).toEqual([
      'well: cluster c: 1 stacks are its own | ',
    ]);
  });
  test.each([
    ['ROLLBACK_COMPLETE', 'stop', 'delete-stack'],
    ['DELETE_FAILED', 'stop', 'delete-stack'],
    ['UPDATE_ROLLBACK_FAILED', 'stop', 'continue-update-rollback'],
    ['UPDATE_IN_PROGRESS', 'warn', 'wait'],
  ])('a stack in %s', (status, level, fix) => {
    expect(judged({ stacks: [stack('c-network', status)] })).toEqual([
      expect.stringMatching(new RegExp(`^${level}: .*${status} \\| .*${fix}`)),
    ]);
  });
  test('of somebody else', () => {
    expect(judged({ stacks: [stack('c-network', 'CREATE_COMPLETE', false)] })[0]).toMatch(/^stop: .*somebody else/);
  });
  test('of a stack that is gone: functions are in the way, volumes would be twins', () => {
    expect(judged({ functions: ['c-health-check'], volumes })).toEqual([
      expect.stringMatching(/^stop: a function c-health-check .*delete-function/),
      expect.stringMatching(
        /^stop: the stack c-stateful is gone, and it left vol-1 of prometheus-1 .*create-tags .*vol-1 --tags Key=kept/,
      ),
    ]);
  });
  test('what such a stack kept is taken over by an import: of shard 0 with its buckets, of others alone', () => {
    const kept = {
      volumes: [
        ...volumes,
        volume('vol-2', 'prometheus-2'),
        // Made by restore-snapshot: no stack ever had it.
        volume('vol-3', 'prometheus-2', { generation: 2 }),
        volume('vol-4', 'prometheus-1-1', { shard: 1 }),
      ],
      buckets: [
        { name: 'c-stateful-controlbucket-x', holds: 'control' },
        { name: 'c-stateful-blocksbucket-y', holds: 'blocks' },
      ],
    };
    const imports = judged(kept).map((line) => /cdk import (\S+) --resource-mapping-inline '([^']*)'/.exec(line)!);
    expect(imports.map(([, stack, map]) => [stack, JSON.parse(map!)])).toEqual([
      [
        'stateful',
        {
          DataVolumeShard0Prometheus1: { VolumeId: 'vol-1' },
          DataVolumeShard0Prometheus2: { VolumeId: 'vol-2' },
          ControlBucket: { BucketName: 'c-stateful-controlbucket-x' },
          BlocksBucket: { BucketName: 'c-stateful-blocksbucket-y' },
          BlocksBucketPolicyC97D6EC4: { Bucket: 'c-stateful-blocksbucket-y' },
        },
      ],
      ['stateful-1', { DataVolumeShard1Prometheus11: { VolumeId: 'vol-4' } }],
    ]);
  });
  test('of two of a kind it does not choose, and buckets alone stop nothing', () => {
    const buckets = ['x', 'y'].map((end) => ({ name: `c-stateful-controlbucket-${end}`, holds: 'control' }));
    expect(judged({ buckets })).toEqual([
      expect.stringMatching(
        /^warn: .*left s3:\/\/c-stateful-controlbucket-x, .*inline '\{\}' \(add one each of: \S+-x as ControlBucket, \S+-y as ControlBucket\)/,
      ),
    ]);
  });
  test('a stack of volumes that was rolled back is protected from being deleted', () => {
    expect(judged({ stacks: [stack('c-stateful', 'ROLLBACK_COMPLETE')] })[0]).toMatch(
      /no-enable-termination-protection .* && aws cloudformation delete-stack/,
    );
  });
});

test('the report begins with what stops, and is ready only when nothing does and all was seen', () => {
  const about = { cluster: 'c', region: R, account: null, needs: [] };
  const level = (...levels: PreflightFinding['level'][]): ReturnType<typeof preflightReport> =>
    preflightReport(
      about,
      levels.map((one) => ({ level: one, what: one, why: 'because', fix: 'do' })),
    );
  expect(level('well', 'warn').ready).toBe(true);
  expect(level('unknown').ready).toBe(false);
  expect(renderPreflight(level('well', 'unknown', 'stop'))).toBe(
    'c in eu-west-1, account not known: 1 to repair before a deploy, 1 could not be looked at\n✗ stop\n    why: because\n    fix: do\n? unknown\n    why: because\n    fix: do\n✓ well\n    why: because\n    fix: do\n',
  );
  expect(renderPreflight(level('warn'))).toMatch(/: ready to deploy\n! warn/);
});
