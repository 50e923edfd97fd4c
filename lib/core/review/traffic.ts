import { isRecord, entriesIn, plainly, updatesOf, type ChangeRule } from './change';

/** How long a changed listener or a new target takes: docs/local-run.md. */
const TAKES = 'connections break, and AWS takes a minute or more until all go the new way';

export const listener: ChangeRule = (change) => {
  if (change.type !== 'AWS::ElasticLoadBalancingV2::Listener') return [];
  if (change.after === null) return [{ impact: 'interruption', why: 'nobody is let in by it any more' }];
  const moves = updatesOf(change).filter(({ name }) => ['DefaultActions', 'Port', 'Protocol'].includes(name));
  return moves.map(({ name, before, after }) => ({
    impact: 'interruption',
    why:
      name === 'DefaultActions'
        ? `where queries go: ${TAKES}`
        : `${name} ${plainly(before)} → ${plainly(after)}: clients call in vain until they are told`,
  }));
};

/** Rules that stand in a security group itself. */
const RULES_OF_A_GROUP: readonly string[] = ['SecurityGroupIngress', 'SecurityGroupEgress'];

export const securityGroup: ChangeRule = (change) => {
  if (change.type !== 'AWS::EC2::SecurityGroup') return [];
  const rules = updatesOf(change).filter(({ name }) => RULES_OF_A_GROUP.includes(name));
  return rules.flatMap(({ name, before, after }) => {
    // What a rule is called lets nobody through.
    const key = (rule: unknown): string => JSON.stringify(isRecord(rule) ? { ...rule, Description: undefined } : rule);
    const now = entriesIn(after).map(key);
    const gone = entriesIn(before).filter((rule) => !now.includes(key(rule))).length;
    return gone === 0
      ? []
      : [{ impact: 'interruption', why: `${name}: ${gone} of its rules go, and who came by them` }];
  });
};
