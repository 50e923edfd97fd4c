import { NODE_LOG_DIR, NODE_LOGS } from '../../lib/contract/node-logs';
import { shardSuffix } from '../../lib/contract/functions';
import { shardsOf } from '../../lib/infra/config/layout';
import { KEYS } from '../../lib/contract/keys';
import { evaluate, type IamCaller } from '../../local/iam/evaluate';
import { parseIamPolicy, type IamPolicy } from '../../local/iam/policy';
import { ACCOUNT, literal } from './literal';
import type { Synthesized } from './synthesize';
import type { TemplateRule } from './template-rule';

/** What holds of the machines of every cluster. */
export const NODE_RULES: readonly TemplateRule[] = [
  {
    says: 'each node collects every log that there is, into its own streams of a group that is there, and may write these only',
    check(made, cluster) {
      for (const { shard, nodes } of shardsOf(cluster)) {
        const stack = Object.values(made.stacks[`nodes${shardSuffix(shard)}`]!);
        const [group, ...more] = stack.filter(({ Type }) => Type === 'AWS::Logs::LogGroup');
        expect(more).toEqual([]);
        const { LogGroupName: name } = group!.Properties;
        const data = stack
          .filter(({ Type }) => Type === 'AWS::EC2::LaunchTemplate')
          .map(({ Properties: p }) => JSON.stringify(p.LaunchTemplateData.UserData).replaceAll('\\', ''));
        const roles = stack.filter(({ Properties: p }) => /^Prometheus node /.test(String(p.Description)));
        for (const { name: node } of nodes) {
          const own = data.filter((text) => text.includes(`"${node}/{instance_id}/`));
          expect(own).toHaveLength(1);
          for (const program of NODE_LOGS) {
            expect(own[0]).toContain(`"file_path": "${NODE_LOG_DIR}/${program}.log"`);
            expect(own[0]).toContain(`"log_stream_name": "${node}/{instance_id}/${program}"`);
          }
          expect(new Set(own[0]!.match(/(?<="log_group_name": ")[^"]+/g))).toEqual(new Set([name]));
          expect(own[0]).toContain('prometheus-ha-logs.service');
          const role = roles.find(({ Properties: p }) => p.Description === `Prometheus node ${node}`);
          const written = [...JSON.stringify(role).matchAll(/log-group:([^"]+)/g)].map(([, to]) => to);
          expect(written).toEqual([`${name}:log-stream:${node}/*`]);
        }
      }
    },
  },
  {
    says: 'a node writes its own objects and uploads blocks; it marks and deletes none, speaks for nobody else and reads no parameter of others',
    check(made, cluster) {
      for (const { shard, nodes } of shardsOf(cluster)) {
        for (const { name } of nodes) {
          const policies = policiesOf(made, shard, name);
          const may = (action: string, resource: string): boolean =>
            evaluate({ caller: NODE, action, resource, context: {} }, { identity: policies, resource: null }).allowed;
          const [control, blocks] = bucketsIn(policies);
          const other = nodes.find((node) => node.name !== name)!.name;
          expect(may('s3:PutObject', `${control}/${KEYS.assignment(shard)}`)).toBe(true);
          expect(may('s3:PutObject', `${control}/${KEYS.announcement(shard, name)}`)).toBe(true);
          expect(may('s3:PutObject', `${control}/${KEYS.certificateRequest(shard, name)}`)).toBe(true);
          expect(may('s3:GetObject', `${control}/${KEYS.certificate(shard, name)}`)).toBe(true);
          for (const file of ['index', 'meta.json', 'chunks/000001'])
            expect(may('s3:PutObject', `${blocks}/${BLOCK}/${file}`)).toBe(true);
          const evil = policies.concat(parseIamPolicy({ Statement: { Effect: 'Allow', Action: '*', Resource: '*' } }));
          const forbidden = (action: string, resource: string): void =>
            expect([
              resource,
              evaluate({ caller: NODE, action, resource, context: {} }, { identity: evil, resource: null }),
            ]).toEqual([resource, expect.objectContaining({ allowed: false, because: 'explicit deny' })]);
          forbidden('s3:PutObject', `${blocks}/${BLOCK}/deletion-mark.json`);
          forbidden('s3:PutObject', `${blocks}/${BLOCK}/no-compact-mark.json`);
          forbidden('s3:DeleteObject', `${blocks}/${BLOCK}/meta.json`);
          forbidden('s3:DeleteObject', `${control}/${KEYS.assignment(shard)}`);
          forbidden('s3:PutObject', `${control}/${KEYS.assignment(shard + 1)}`);
          forbidden('s3:PutObject', `${control}/${KEYS.announcement(shard, other)}`);
          for (const key of [KEYS.configPointer, KEYS.shardMap, KEYS.heartbeat(shard), KEYS.restore(shard, name)])
            forbidden('s3:PutObject', `${control}/${key}`);
          for (const action of ['GetParameter', 'GetParameters', 'GetParametersByPath', 'GetParameterHistory'])
            forbidden(`ssm:${action}`, 'arn:aws:ssm:eu-west-1:123456789012:parameter/of/another/team');
        }
      }
    },
  },
];

const BLOCK = '01H000000000000000000000AA';
const NODE: IamCaller = { kind: 'role', account: ACCOUNT, roleArn: 'arn:of:role', sessionArn: 'arn:of:session' };

/** Inline policies of a node's role. */
function policiesOf(made: Synthesized, shard: number, node: string): IamPolicy[] {
  const role = Object.values(made.stacks[`nodes${shardSuffix(shard)}`]!).find(
    ({ Properties: p }) => p.Description === `Prometheus node ${node}`,
  );
  return (role!.Properties.Policies as { PolicyDocument: unknown }[]).map(({ PolicyDocument }) =>
    parseIamPolicy(literal(PolicyDocument)),
  );
}

/** ARNs of the control bucket and that of blocks, by what the role may list. */
function bucketsIn(policies: readonly IamPolicy[]): readonly string[] {
  const all = policies.flatMap(({ Statement }) => Statement);
  const listed = all.find(({ Action }) => Action?.includes('s3:ListBucket'))!.Resource!;
  const named = (pattern: RegExp): string => listed.find((arn) => pattern.test(arn))!;
  return [named(/control/i), named(/blocks/i)];
}
