/** Executions that `lambda.reserve` keeps for the functions that move alerting, in each shard; no more than these run, too. */
export const KEPT_EXECUTIONS: Readonly<Record<string, number>> = {
  // A loop outlasts its minute a little, and one may come late beside the two.
  'health-check': 3,
  // Two alarms and an operator at once.
  'promote-alerting': 3,
};

/** AWS wants so many to be left to functions without a reservation, of all in the account. */
const LEFT_TO_OTHERS = 100;

/** The smallest quota of which so much may be reserved, if nobody else in the account reserves anything. */
export const quotaWanted = (shards: number): number =>
  LEFT_TO_OTHERS + shards * Object.values(KEPT_EXECUTIONS).reduce((sum, executions) => sum + executions, 0);
