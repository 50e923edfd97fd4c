import { GetPublicKeyCommand, KMSClient, SignCommand } from '@aws-sdk/client-kms';
import type { Sign } from '../trust/certificate';

/** A key of KMS that signs with ECDSA and SHA-256. Both reject when KMS does not answer in time. */
export interface SigningKey {
  /** SubjectPublicKeyInfo in base64. Asked once: the key of an ARN stays the same. */
  publicKey(): Promise<string>;
  readonly sign: Sign;
}

export function kmsSigningKey(KeyId: string): SigningKey {
  const kms = new KMSClient({
    maxAttempts: 2,
    requestHandler: { connectionTimeout: 2_000, requestTimeout: 4_000, throwOnRequestTimeout: true },
  });
  let known: string | null = null;
  return {
    async publicKey() {
      if (known !== null) return known;
      const { PublicKey } = await kms.send(new GetPublicKeyCommand({ KeyId }));
      return (known = Buffer.from(PublicKey!).toString('base64'));
    },
    async sign(bytes) {
      const message = { Message: bytes, MessageType: 'RAW', SigningAlgorithm: 'ECDSA_SHA_256' } as const;
      return (await kms.send(new SignCommand({ KeyId, ...message }))).Signature!;
    },
  };
}
