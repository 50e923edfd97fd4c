import type { MayCall } from '../functions/callers';
import type { DeployedFunction, Invocation } from '../functions/function';
import type { Discarded } from './async-rules';

export interface Discard {
  readonly because: Discarded;
  readonly requestId: string;
  readonly functionArn: string;
  readonly payload: unknown;
  readonly attempts: number;
  /** Of the last attempt; absent when none was made. */
  readonly last?: Invocation;
}

/** What Lambda sends to an on-failure destination (developer guide, "Capturing records of Lambda asynchronous invocations"). */
export function invocationRecord(discard: Discard, now: number): object {
  const { because, requestId, functionArn, payload, attempts, last } = discard;
  return {
    version: '1.0',
    timestamp: new Date(now).toISOString(),
    requestContext: {
      requestId,
      functionArn: `${functionArn}:$LATEST`,
      condition: because,
      approximateInvokeCount: attempts,
    },
    requestPayload: payload,
    ...(last !== undefined &&
      last.refused === undefined && {
        responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
        responsePayload: { errorMessage: last.error },
      }),
  };
}

/** What the function's role must be allowed to do there, by the service in the destination's ARN. */
const ACTIONS: Readonly<Record<string, string>> = {
  sns: 'sns:Publish',
  sqs: 'sqs:SendMessage',
  lambda: 'lambda:InvokeFunction',
  events: 'events:PutEvents',
  s3: 's3:PutObject',
};

/**
 * Where the function has an on-failure destination. A function gets the record; what else it may be is not played, but whether
 * the role may send there is asked. @returns whether it may, null without a destination
 */
export async function deliver(
  { asynchronous, credentials }: DeployedFunction,
  discard: Discard,
  mayCall: MayCall,
  queue: (arn: string, record: object) => void,
): Promise<boolean | null> {
  const arn = asynchronous?.onFailure;
  if (arn === undefined) return null;
  const action = ACTIONS[arn.split(':')[2]!];
  if (action === undefined) throw new Error(`Lambda knows no destination like ${arn}`);
  const may = await mayCall({ key: credentials?.AWS_ACCESS_KEY_ID ?? '' }, action, arn);
  if (may) queue(arn, invocationRecord(discard, Date.now()));
  return may;
}
