import type { Endpoint } from '../../contract/documents/remedy';

/** What is tried when a target is down, besides paging: reconnecting to it, and then whatever the user adds. */
export interface Remedy {
  /** Lower-case letters, digits and dashes. */
  readonly name: string;
  /** Which alerts call it: those of this name, those about this target (`instance`), or only those that are both. */
  readonly when: { readonly alert?: string; readonly target?: string };
  /** Tried from inside the VPC. The function that tries can connect to nothing else. */
  readonly connect: Endpoint;
  /** Redis only: name or ARN of the secret in Secrets Manager that is its password, as it is when this is deployed. */
  readonly passwordSecret?: string;
  /** Off unless it is given. */
  readonly hook?: RemedyHookConfig;
}

/** A remedy of the user's own: restart a service, fail over a replica. It runs inside the function that reconnects. */
export interface RemedyHookConfig {
  /** A TypeScript module, seen from the project's directory, whose default export is a RemedyHook (lambdas/reconnect-redis). */
  readonly module: string;
  /** Called once, when the target did not answer for so long. */
  readonly after: string;
  /** What it may do beyond what the function may. */
  readonly allow: readonly { readonly actions: readonly string[]; readonly resources: readonly string[] }[];
}
