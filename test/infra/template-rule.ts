import type { Cluster } from '../../lib/infra/config/cluster';
import { shardsOf } from '../../lib/infra/config/layout';
import { literal } from './literal';
import type { Synthesized } from './synthesize';

/** What holds of the templates of every sound configuration, whatever it says. Throws where it does not. */
export interface TemplateRule {
  readonly says: string;
  readonly check: (made: Synthesized, cluster: Cluster) => void;
}

export const nodesOf = (cluster: Cluster) => shardsOf(cluster).flatMap((shard) => shard.nodes);
/** The logical id in a Ref or GetAtt. */
export const idIn = (value: unknown): string => String(literal(value)).replace(/^arn:of:/, '');
const EVERY = {
  minute: /^rate\(1 minute\)$/,
  'five minutes': /^cron\([0-4]\/5 \* \* \* \? \*\)$/,
  day: /^rate\(1 day\)$/,
};
/** Logical ids of functions. */
export const calledEvery = (made: Synthesized, period: keyof typeof EVERY): string[] =>
  made
    .all('AWS::Events::Rule')
    .filter(({ Properties: p }) => EVERY[period].test(String(p.ScheduleExpression)))
    .flatMap(({ Properties: p }) => p.Targets.map((t: { Arn: unknown }) => idIn(t.Arn)));
