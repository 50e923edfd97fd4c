import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Alias, Key } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { secretsKeyAlias } from '../../../contract/documents/secrets';
import type { Cluster } from '../../config/cluster';

/**
 * Under this key nodes keep the last good copy of their secrets; null: there are none. Without the key the copy is
 * worth nothing, and is made anew.
 */
export function secretsKey(scope: Construct, id: string, { name, shard, secrets = {} }: Cluster): Key | null {
  if (Object.keys(secrets).length === 0) return null;
  const key = new Key(scope, id, {
    description: 'Copies of secrets on data volumes of Prometheus nodes',
    enableKeyRotation: true,
    removalPolicy: RemovalPolicy.DESTROY,
    pendingWindow: Duration.days(7),
  });
  new Alias(scope, `${id}Alias`, { aliasName: secretsKeyAlias(name, shard), targetKey: key });
  return key;
}
