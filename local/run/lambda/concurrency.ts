/** How many executions an account may have at once, from Lambda's developer guide ("Understanding Lambda function scaling"). */
export interface Quota {
  /** Of all functions of the account in the region. */
  readonly concurrency: number;
  /** ReservedConcurrentExecutions, by function: kept for it, and no more than that for it. */
  readonly reserved: ReadonlyMap<string, number>;
}

/** The `Reason` of a TooManyRequestsException. */
export type Throttled = 'ConcurrentInvocationLimitExceeded' | 'ReservedFunctionConcurrentInvocationLimitExceeded';

/** null: another execution of the function may begin. `running`: executions by function. */
export function throttled(
  name: string,
  running: ReadonlyMap<string, number>,
  { concurrency, reserved }: Quota,
): Throttled | null {
  const own = reserved.get(name);
  if (own !== undefined)
    return (running.get(name) ?? 0) < own ? null : 'ReservedFunctionConcurrentInvocationLimitExceeded';
  const sharing = [...running].filter(([other]) => !reserved.has(other));
  const left = concurrency - sum([...reserved.values()]) - sum(sharing.map(([, executions]) => executions));
  return left > 0 ? null : 'ConcurrentInvocationLimitExceeded';
}

/** As deployed. */
export const reservedOf = (
  functions: readonly { readonly name: string; readonly reserved?: number }[],
): Quota['reserved'] =>
  new Map(functions.flatMap(({ name, reserved }) => (reserved === undefined ? [] : [[name, reserved] as const])));

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
