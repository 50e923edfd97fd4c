import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { KMSClient } from '@aws-sdk/client-kms';
import {
  SEALED_SECRETS,
  SECRET_VALUES,
  secretsKeyAlias,
  type SealedSecrets,
  type SecretValues,
} from '../../lib/contract/documents/secrets';
import { replaceFile } from '../base/files';

/** The last good copy of a node's secrets on its data volume, under the cluster's key. */
export interface SecretCopy {
  /** Null where there is none. @throws when it cannot be read or opened */
  read(): Promise<SecretValues | null>;
  /** @throws when KMS or the volume does not take it */
  write(values: SecretValues): Promise<void>;
}

/** Who may ask KMS for what is a copy of this cluster's shard: part of every request, and logged by CloudTrail. */
export interface CopyOf {
  readonly cluster: string;
  readonly shard: number;
}

const ALGORITHM = 'aes-256-gcm';

/** A data key of KMS encrypts, and lies beside it as only KMS can read it. */
export function copyOnVolume(file: string, of: CopyOf): SecretCopy {
  const EncryptionContext = { 'prometheus-ha:cluster': of.cluster, 'prometheus-ha:shard': String(of.shard) };
  const open = async ({ key, iv, tag, data }: SealedSecrets): Promise<SecretValues> => {
    const plain = await withKms(async (kms) => {
      const { DecryptCommand } = await import('@aws-sdk/client-kms');
      const command = new DecryptCommand({ CiphertextBlob: Buffer.from(key, 'base64'), EncryptionContext });
      return (await kms.send(command)).Plaintext!;
    });
    const decipher = createDecipheriv(ALGORITHM, plain, Buffer.from(iv, 'base64'));
    decipher.setAuthTag(Buffer.from(tag, 'base64'));
    const text = Buffer.concat([decipher.update(Buffer.from(data, 'base64')), decipher.final()]);
    plain.fill(0);
    return SECRET_VALUES.parse(text.toString('utf8'), file);
  };
  return {
    async read() {
      const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return null;
        throw error;
      });
      return text === null ? null : open(SEALED_SECRETS.parse(text, file));
    },
    async write(values) {
      const made = await withKms(async (kms) => {
        const { GenerateDataKeyCommand } = await import('@aws-sdk/client-kms');
        const KeyId = secretsKeyAlias(of.cluster, of.shard);
        return kms.send(new GenerateDataKeyCommand({ KeyId, KeySpec: 'AES_256', EncryptionContext }));
      });
      const iv = randomBytes(12);
      const cipher = createCipheriv(ALGORITHM, made.Plaintext!, iv);
      const data = Buffer.concat([cipher.update(SECRET_VALUES.serialize(values), 'utf8'), cipher.final()]);
      made.Plaintext!.fill(0);
      const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
      const sealed: SealedSecrets = {
        version: 1,
        key: base64(made.CiphertextBlob!),
        iv: base64(iv),
        tag: base64(cipher.getAuthTag()),
        data: base64(data),
      };
      await mkdir(dirname(file), { recursive: true, mode: 0o700 });
      await replaceFile(file, SEALED_SECRETS.serialize(sealed));
    },
  };
}

async function withKms<T>(work: (kms: KMSClient) => Promise<T>): Promise<T> {
  const { KMSClient } = await import('@aws-sdk/client-kms');
  const kms = new KMSClient({
    maxAttempts: 2,
    requestHandler: { connectionTimeout: 2_000, requestTimeout: 4_000, throwOnRequestTimeout: true },
  });
  try {
    return await work(kms);
  } finally {
    kms.destroy();
  }
}
