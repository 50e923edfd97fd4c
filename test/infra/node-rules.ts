import { NODE_LOG_DIR, NODE_LOGS } from '../../lib/contract/node-logs';
import { shardSuffix } from '../../lib/contract/functions';
import { shardsOf } from '../../lib/infra/config/layout';
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
];
