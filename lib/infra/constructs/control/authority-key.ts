import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Key, KeySpec, KeyUsage } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';

/**
 * Signs the certificates of the cluster's own parts, and never leaves KMS. Another one in its place takes over by itself: nodes trust both
 * until nobody has a certificate of the first.
 */
export const authorityKey = (scope: Construct, id: string): Key =>
  new Key(scope, id, {
    description: 'Certificates of the parts of a Prometheus cluster',
    keySpec: KeySpec.ECC_NIST_P256,
    keyUsage: KeyUsage.SIGN_VERIFY,
    removalPolicy: RemovalPolicy.DESTROY,
    pendingWindow: Duration.days(7),
  });
