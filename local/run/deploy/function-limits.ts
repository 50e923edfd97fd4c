import {
  GetFunctionConcurrencyCommand,
  ListFunctionEventInvokeConfigsCommand,
  type LambdaClient,
} from '@aws-sdk/client-lambda';
import type { DeployedFunction } from '../functions/function';
import { WITHOUT_SETTINGS } from '../lambda/async-rules';

/** What it may have at once, and what becomes of events that it is given. */
export async function readFunctionLimits(
  lambda: LambdaClient,
  FunctionName: string,
): Promise<Pick<DeployedFunction, 'asynchronous' | 'reserved'>> {
  const { ReservedConcurrentExecutions: reserved } = await lambda.send(
    new GetFunctionConcurrencyCommand({ FunctionName }),
  );
  const { FunctionEventInvokeConfigs } = await lambda.send(new ListFunctionEventInvokeConfigsCommand({ FunctionName }));
  const config = FunctionEventInvokeConfigs?.[0];
  const onFailure = config?.DestinationConfig?.OnFailure?.Destination;
  return {
    ...(reserved !== undefined && { reserved }),
    ...(config !== undefined && {
      asynchronous: {
        maxAgeMs: 1000 * (config.MaximumEventAgeInSeconds ?? WITHOUT_SETTINGS.maxAgeMs / 1000),
        retries: config.MaximumRetryAttempts ?? WITHOUT_SETTINGS.retries,
        ...(onFailure !== undefined && { onFailure }),
      },
    }),
  };
}
