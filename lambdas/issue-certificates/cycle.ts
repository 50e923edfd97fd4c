import type { Authority, CertificateAnswer, TrustBundle } from '../../lib/contract/documents/trust';
import type { NodeOfShard } from '../../lib/contract/keys';
import { UserError } from '../../lib/contract/errors';
import { judgeRequest, nextBundle, type NodeAsking } from '../../lib/core/trust/issuing';
import { CERTIFICATE_LIFE_MS } from '../../lib/core/trust/renewal';
import type { ControlStore } from '../../lib/shell/assignment/store';
import type { SigningKey } from '../../lib/shell/aws/signing-key';
import { makeCertificate } from '../../lib/shell/trust/certificate';
import { proofHolds } from '../../lib/shell/trust/request';
import type { TrustStore } from '../../lib/shell/trust/store';
import type { log } from '../shared/log';

export interface IssueDeps {
  readonly cluster: string;
  readonly store: Pick<ControlStore, 'listNodes' | 'readAnnouncement'>;
  readonly trust: Pick<TrustStore, 'readBundle' | 'writeBundle' | 'readRequest' | 'readAnswer' | 'writeAnswer'>;
  readonly key: SigningKey;
  readonly now: () => number;
  readonly log: typeof log;
}

const AUTHORITY_LIFE_MS = 10 * 365 * 24 * 3_600_000;
/** A clock that is behind would call a new certificate one of the future. */
const BACKDATED_MS = 3_600_000;

/** Reads all, decides, writes all. Says whether something is left to do. @throws when S3 or KMS does not answer */
export async function issueOnce(deps: IssueDeps): Promise<{ readonly left: boolean; readonly because: string }> {
  const { cluster, store, trust, key, now, log } = deps;
  const [read, publicKey, listed] = await Promise.all([trust.readBundle(), key.publicKey(), store.listNodes()]);
  const nodes = await Promise.all(listed.map((node) => readNode(node, deps)));
  const before = read?.bundle ?? null;
  const authority =
    before?.authorities.find((one) => one.publicKey === publicKey) ??
    (await ownAuthority(cluster, key, publicKey, now()));
  const { bundle, because } = nextBundle(before, authority, nodes, now());
  // Before certificates: nobody would trust the first one of another authority.
  if (bundle !== null) {
    if ((await trust.writeBundle(bundle, read?.etag ?? null)) === 'lost')
      return { left: true, because: 'Somebody else wrote the bundle of trust.' };
    log('warn', 'trust-changed', { generation: bundle.generation, gossip: bundle.gossip, because });
  }
  let later = 0;
  for (const node of nodes) {
    const verdict = judgeRequest(node, now());
    if (verdict.kind === 'nothing asked') continue;
    const of = { shard: node.shard, node: node.node };
    if (verdict.kind === 'later') {
      later += 1;
      log('info', 'certificate-later', { ...of, because: verdict.because });
      continue;
    }
    const refused = verdict.kind === 'refused' ? verdict.because : null;
    await trust.writeAnswer(of, await answered(node, authority, refused, deps));
    log(refused === null ? 'info' : 'warn', refused === null ? 'certificate-issued' : 'certificate-refused', {
      ...of,
      address: node.request!.address,
      ...(refused !== null && { because: refused }),
    });
  }
  return { left: later > 0 || isUnsettled(bundle ?? before), because };
}

const isUnsettled = (bundle: TrustBundle | null): boolean =>
  bundle === null || !bundle.gossip.tls || bundle.authorities.length > 1;

/** What one node wrote and nobody can read is that node's loss. */
async function readNode(of: NodeOfShard, { cluster, store, trust, log }: IssueDeps): Promise<NodeAsking> {
  const readable = <T>(work: Promise<T | null>): Promise<T | null> =>
    work.catch((error: unknown) => {
      if (!(error instanceof UserError)) throw error;
      log('warn', 'document-unusable', { ...of, error: error.message });
      return null;
    });
  const [announced, request, answer] = await Promise.all([
    readable(store.readAnnouncement(of.node, of.shard)),
    readable(trust.readRequest(of)),
    readable(trust.readAnswer(of)),
  ]);
  return { ...of, announced, request, answer, proofHolds: request !== null && proofHolds(cluster, request) };
}

const nameOf = (cluster: string, publicKey: string): string => `prometheus-ha ${cluster} ${publicKey.slice(-12, -2)}`;

async function ownAuthority(cluster: string, { sign }: SigningKey, publicKey: string, now: number): Promise<Authority> {
  const name = nameOf(cluster, publicKey);
  const until = new Date(now + AUTHORITY_LIFE_MS);
  const from = new Date(now - BACKDATED_MS);
  const of = { name, publicKey, issuer: { name, publicKey }, from, until, address: null };
  return { publicKey, certificate: await makeCertificate(of, sign), until: until.toISOString() };
}

async function answered(
  { node, request }: NodeAsking,
  authority: Authority,
  refused: string | null,
  { cluster, key, now }: IssueDeps,
): Promise<CertificateAnswer> {
  const { publicKey, address } = request!;
  const at = new Date(now()).toISOString();
  if (refused !== null) return { version: 1, publicKey, at, given: null, refused };
  const issuer = { name: nameOf(cluster, authority.publicKey), publicKey: authority.publicKey };
  const until = new Date(now() + CERTIFICATE_LIFE_MS);
  const of = { name: node, publicKey, issuer, from: new Date(now() - BACKDATED_MS), until, address };
  const certificate = await makeCertificate(of, key.sign);
  return {
    version: 1,
    publicKey,
    at,
    given: { certificate, until: until.toISOString(), authority: issuer.publicKey },
    refused,
  };
}
