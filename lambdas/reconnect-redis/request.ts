import { UserError } from '../../lib/contract/errors';
import type { RemedyTarget } from '../../lib/contract/documents/remedy';

/** What an agent sends when an alert calls a remedy, and an operator to try one. */
export interface RemedyRequest {
  readonly source: 'agent' | 'operator';
  readonly remedy: string;
  /** Only from an agent: the node whose Alertmanager told it. */
  readonly node?: string;
}

/** The event names one of the configured targets, and nothing else of it is used. @throws UserError */
export function readRequest(
  event: unknown,
  targets: ReadonlyMap<string, RemedyTarget>,
): { readonly target: RemedyTarget; readonly source: RemedyRequest['source'] } {
  const { source, remedy } = (event ?? {}) as Partial<RemedyRequest>;
  const target = typeof remedy === 'string' ? targets.get(remedy) : undefined;
  if (target !== undefined && (source === 'agent' || source === 'operator')) return { target, source };
  throw new UserError({
    what: 'reconnect-redis was called for something that is not configured',
    got: JSON.stringify(event)?.slice(0, 200) ?? 'nothing',
    expected: `{"source":"agent" or "operator","remedy":"…"}, the remedy one of ${[...targets.keys()].join(', ')}`,
    fix: 'add it to remedies in config/cluster.ts and deploy',
  });
}
