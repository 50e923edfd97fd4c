import { Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/**
 * Accepts wildcards of a policy one by one, as cdk-nag reports them, so that another one is still found.
 * Each is a resource as the policy names it; `account` stands where the policy has it.
 */
export function acknowledgeWildcards(construct: IConstruct, reason: string, resources: readonly string[]): void {
  for (const resource of resources) acknowledge(construct, `AwsSolutions-IAM5[Resource::${resource}]`, reason);
}

/** Accepts a finding of cdk-nag on this construct and what is below it. The reason is for the reviewer. */
export function acknowledge(construct: IConstruct, id: string, reason: string): void {
  Validations.of(construct).acknowledge({ id, reason });
}
