import { createPublicKey, sign, verify, type KeyObject } from 'node:crypto';
import type { CertificateRequest } from '../../contract/documents/trust';

type Asked = Omit<CertificateRequest, 'proof' | 'version'>;

/** What is signed. The cluster is no part of the document: it is the one whose bucket holds it. */
const textOf = (cluster: string, { shard, node, address, publicKey, at }: Asked): Buffer =>
  Buffer.from(['prometheus-ha certificate request', cluster, shard, node, address, publicKey, at].join('\n'));

export const publicKeyOf = (key: KeyObject): string =>
  createPublicKey(key.export({ type: 'pkcs8', format: 'pem' }) as string)
    .export({ type: 'spki', format: 'der' })
    .toString('base64');

/** `key`: private. */
export function makeRequest(cluster: string, of: Omit<Asked, 'publicKey'>, key: KeyObject): CertificateRequest {
  const asked = { ...of, publicKey: publicKeyOf(key) };
  return { version: 1, ...asked, proof: sign('sha256', textOf(cluster, asked), key).toString('base64') };
}

/** Whether whoever asks has the private key. */
export function proofHolds(cluster: string, request: CertificateRequest): boolean {
  try {
    const key = createPublicKey({ key: Buffer.from(request.publicKey, 'base64'), type: 'spki', format: 'der' });
    return verify('sha256', textOf(cluster, request), key, Buffer.from(request.proof, 'base64'));
  } catch {
    return false; // No point of the curve.
  }
}
