/** Outputs of stacks that programs look for. */
export const OUTPUTS = {
  /** Of the stateful stack: by it promha finds a cluster. */
  controlBucket: 'ControlBucketName',
  /** Of the control stack: a policy's ARN. */
  operatorPolicy: 'OperatorPolicyArn',
  /** Likewise. */
  smokePolicy: 'SmokePolicyArn',
} as const;
