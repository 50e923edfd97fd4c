import type { S3Client } from '@aws-sdk/client-s3';
import {
  CERTIFICATE_ANSWER,
  CERTIFICATE_REQUEST,
  TRUST_BUNDLE,
  type CertificateAnswer,
  type CertificateRequest,
  type TrustBundle,
} from '../../contract/documents/trust';
import { KEYS, type NodeOfShard } from '../../contract/keys';
import { s3Documents } from '../assignment/s3-documents';

/** What of the control bucket is about certificates. A null: there is none. Every method rejects when S3 does not answer in time. */
export interface TrustStore {
  /** @throws UserError when it is none */
  readBundle(): Promise<{ readonly bundle: TrustBundle; readonly etag: string } | null>;
  /** Compare-and-swap, as for the assignment. */
  writeBundle(next: TrustBundle, etag: string | null): Promise<'written' | 'lost'>;
  /** @throws UserError when it is none */
  readRequest(of: NodeOfShard): Promise<CertificateRequest | null>;
  writeRequest(request: CertificateRequest): Promise<void>;
  /** @throws UserError when it is none */
  readAnswer(of: NodeOfShard): Promise<CertificateAnswer | null>;
  writeAnswer(of: NodeOfShard, answer: CertificateAnswer): Promise<void>;
}

export function s3TrustStore(s3: S3Client, bucket: string, timeoutMs: number): TrustStore {
  const documents = s3Documents(s3, bucket, timeoutMs);
  return {
    async readBundle() {
      const read = await documents.read(TRUST_BUNDLE, KEYS.trust);
      return read && { bundle: read.document, etag: read.etag };
    },
    writeBundle: async (next, etag) =>
      (await documents.swap(TRUST_BUNDLE, KEYS.trust, next, etag)) === null ? 'lost' : 'written',
    readRequest: async ({ shard, node }) =>
      (await documents.read(CERTIFICATE_REQUEST, KEYS.certificateRequest(shard, node)))?.document ?? null,
    writeRequest: (request) =>
      documents.put(CERTIFICATE_REQUEST, KEYS.certificateRequest(request.shard, request.node), request),
    readAnswer: async ({ shard, node }) =>
      (await documents.read(CERTIFICATE_ANSWER, KEYS.certificate(shard, node)))?.document ?? null,
    writeAnswer: ({ shard, node }, answer) => documents.put(CERTIFICATE_ANSWER, KEYS.certificate(shard, node), answer),
  };
}
