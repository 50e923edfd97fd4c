import type { Endpoint } from '../../lib/contract/documents/remedy';
import type { Attempts } from '../../lib/core/remedies/remedies';

/** What a user's own remedy gets to know. */
export interface HookContext {
  readonly remedy: string;
  readonly endpoint: Endpoint;
  /** What was tried so far, and what it saw. */
  readonly attempts: Attempts;
}

/**
 * A user's own remedy: the default export of the module that config/cluster.ts names. Called once while a target fails;
 * attempts go on meanwhile. Returns one sentence that says what it did.
 */
export type RemedyHook = (context: HookContext) => Promise<string>;
