import { GetFunctionConfigurationCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { reasonOf } from '../../shell/probes/prober';
import { DEFAULT_POLICY, type Policy } from '../../contract/documents/policy';
import { ENV } from '../../contract/environment';
import { FUNCTIONS } from '../../contract/functions';
import { parsePolicy } from '../../contract/policy-relations';
import type { ClusterHandle } from './cluster';

/** What nodes are judged by. */
export interface JudgedBy {
  readonly policy: Policy;
  /** Why it is not the one that is deployed; null when it is. */
  readonly insteadBecause: string | null;
}

const TIMEOUT_MS = 5_000;

/**
 * The policy that is deployed, as health-check has it. Lambda may be the very thing that is down, so that the default
 * stands in for it, and the report says so. Never rejects.
 */
export async function deployedPolicy({ cluster, shard }: ClusterHandle): Promise<JudgedBy> {
  const FunctionName = FUNCTIONS.healthCheck(cluster, shard);
  try {
    const lambda = new LambdaClient({ maxAttempts: 2 });
    const { Environment } = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }), {
      abortSignal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const text = Environment?.Variables?.[ENV.policy];
    if (text === undefined) throw new Error(`it has no ${ENV.policy}`);
    return { policy: parsePolicy(text), insteadBecause: null };
  } catch (error) {
    return {
      policy: DEFAULT_POLICY,
      insteadBecause: `the function ${FunctionName} does not give its own: ${reasonOf(error)}`,
    };
  }
}
