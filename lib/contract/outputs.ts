/** Outputs of stacks that programs look for. */
export const OUTPUTS = {
  /** Of the stateful stack: by it promha finds a cluster. */
  controlBucket: 'ControlBucketName',
} as const;
