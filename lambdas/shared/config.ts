import { UserError } from '../../lib/contract/errors';
import type { Policy } from '../../lib/contract/documents/policy';
import { ENV } from '../../lib/contract/environment';
import { parsePolicy } from '../../lib/contract/policy-relations';

/** What every control function is given by its stack; read once, when the function starts. */
export interface FunctionConfig {
  readonly cluster: string;
  readonly shard: number;
  readonly controlBucket: string;
  readonly policy: Policy;
}

/** @throws UserError naming the variable that is missing or unusable */
export function readFunctionConfig(env: Readonly<Record<string, string | undefined>>): FunctionConfig {
  const get = (name: string): string => {
    const value = env[name];
    if (value === undefined || value === '') {
      throw new UserError({
        what: `the environment variable ${name} is not set`,
        expected: 'the value that the control stack gives to its functions',
        fix: 'deploy the control stack again instead of editing the function',
      });
    }
    return value;
  };
  return {
    cluster: get(ENV.cluster),
    shard: Number(get(ENV.shard)),
    controlBucket: get(ENV.controlBucket),
    policy: parsePolicy(get(ENV.policy)),
  };
}
