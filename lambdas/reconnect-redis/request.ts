import { UserError } from '../../lib/contract/errors';
import { excerpt } from '../../lib/contract/document';
import { REMEDY_REQUEST, type RemedyRequest } from '../../lib/contract/documents/events';
import type { RemedyTarget } from '../../lib/contract/documents/remedy';

/** The event names one of the configured targets, and nothing else of it is used. @throws UserError */
export function readRemedyRequest(
  event: unknown,
  targets: ReadonlyMap<string, RemedyTarget>,
): { readonly target: RemedyTarget; readonly source: RemedyRequest['source'] } {
  const request = REMEDY_REQUEST.is(event) ? event : null;
  const target = request && targets.get(request.remedy);
  if (request && target) return { target, source: request.source };
  throw new UserError({
    what: 'reconnect-redis was called for something that is not configured',
    got: excerpt(event),
    expected: `{"source":"agent" or "operator","remedy":"…"}, the remedy one of ${[...targets.keys()].join(', ')}`,
    fix: 'add it to remedies in config/cluster.ts and deploy',
  });
}
