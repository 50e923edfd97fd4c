import type { NodeAnnouncement } from '../../contract/documents/announcement';
import type { Authority, CertificateAnswer, CertificateRequest, TrustBundle } from '../../contract/documents/trust';
import type { NodeOfShard } from '../../contract/keys';

/** What is known of a node that announced itself. A null: there is none, or it cannot be read. */
export interface NodeAsking extends NodeOfShard {
  readonly announced: NodeAnnouncement | null;
  readonly request: CertificateRequest | null;
  /** The request was signed with the key that it asks for. */
  readonly proofHolds: boolean;
  readonly answer: CertificateAnswer | null;
}

/** `later`: it is looked at again. `because`: one sentence. */
export type RequestVerdict =
  { readonly kind: 'nothing asked' | 'granted' } | { readonly kind: 'later' | 'refused'; readonly because: string };

/** Clocks may differ by so much. */
const CLOCKS_DIFFER_MS = 10 * 60_000;
/** Older is of a node that has asked again since, or is gone. */
const REQUEST_LIFE_MS = 24 * 3_600_000;

/** What becomes of a node's request, for which it has a new key each time. It is given its own name and the address that it announced. */
export function judgeRequest(
  { shard, node, announced, request, proofHolds, answer }: NodeAsking,
  now: number,
): RequestVerdict {
  if (request === null || answer?.publicKey === request.publicKey) return { kind: 'nothing asked' };
  const refused = (because: string): RequestVerdict => ({ kind: 'refused', because });
  const later = (because: string): RequestVerdict => ({ kind: 'later', because });
  if (request.node !== node || request.shard !== shard)
    return refused(
      `The request is for ${request.node} of shard ${request.shard}, and lies where ${node} of shard ${shard} writes.`,
    );
  if (!proofHolds) return refused('The request is not signed with the key that it asks for.');
  const ageMs = now - Date.parse(request.at);
  if (ageMs > REQUEST_LIFE_MS) return refused(`The request is of ${request.at}, more than a day old.`);
  if (ageMs < -CLOCKS_DIFFER_MS) return refused(`The request is of ${request.at}, which is to come.`);
  if (announced?.node !== node) return later('The node has not announced itself.');
  // A new machine asks before it has announced where it is.
  if (announced.address !== request.address)
    return later(`The request is for ${request.address}, and the node announced ${announced.address}.`);
  return { kind: 'granted' };
}

/** Until all nodes have read of it: while gossip is plain they look every few seconds. */
const CHANGE_OVER_MS = 12_000;

/** `bundle` null: the one before stays. `because`: one sentence. */
export interface BundleDecided {
  readonly bundle: TrustBundle | null;
  readonly because: string;
}

/**
 * What nodes trust next. `authority`: whoever signs now. Another one comes first at once, and the one before goes when nobody has a
 * certificate of it any more. Gossip speaks TLS once every node that announced itself can, and never goes back by itself.
 */
export function nextBundle(
  before: TrustBundle | null,
  authority: Authority,
  nodes: readonly NodeAsking[],
  now: number,
): BundleDecided {
  if (before === null) {
    const gossip = { tls: false, since: new Date(now).toISOString() };
    return { bundle: { version: 1, generation: 1, authorities: [authority], gossip }, because: 'There was none.' };
  }
  const { generation, gossip, authorities } = before;
  const changed = (next: Partial<TrustBundle>, because: string): BundleDecided => ({
    bundle: { ...before, ...next, generation: generation + 1 },
    because,
  });
  if (authorities[0]!.publicKey !== authority.publicKey) {
    const others = authorities.filter(({ publicKey }) => publicKey !== authority.publicKey);
    return changed({ authorities: [authority, ...others.slice(0, 1)] }, 'Another authority signs.');
  }
  const unready = nodes.filter(({ announced }) => !isReady(announced, now)).map(({ node }) => node);
  if (nodes.length === 0 || unready.length > 0)
    return { bundle: null, because: `Without a certificate: ${unready.join(', ') || 'no node has announced itself'}.` };
  if (!gossip.tls) {
    const since = new Date(now + CHANGE_OVER_MS).toISOString();
    return changed({ gossip: { tls: true, since } }, `Every node can speak TLS, and does from ${since}.`);
  }
  if (authorities.length > 1 && nodes.every(({ announced }) => announced?.trust?.authority === authority.publicKey))
    return changed({ authorities: [authority] }, 'Every certificate is of the authority that signs.');
  return { bundle: null, because: 'Nothing changed.' };
}

/** It says that it has a certificate that holds. */
const isReady = (announced: NodeAnnouncement | null, now: number): boolean =>
  typeof announced?.trust?.until === 'string' && Date.parse(announced.trust.until) > now;
