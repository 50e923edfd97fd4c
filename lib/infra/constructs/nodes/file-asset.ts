import { createHash } from 'node:crypto';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { AssetHashType } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Cluster } from '../../config/cluster';
import { withFile } from '../control/bundle';

export interface FileAsset {
  readonly asset: Asset;
  /** SHA-256 of the content, hex. */
  readonly hash: string;
}

/** Ends the names of what nodes of the cluster fetch; all that the account deploys by the CDK lies in the same bucket. */
export const forNodes = ({ name }: Pick<Cluster, 'name'>): string => `.${name}-nodes`;

/**
 * A text for nodes that the CDK CLI puts into the assets bucket; its name there is that of its content, and ends as those
 * of everything that nodes of this cluster may fetch: which one is next no policy can know.
 */
export function fileAsset(scope: Construct, id: string, cluster: Cluster, content: string): FileAsset {
  const hash = createHash('sha256').update(content).digest('hex');
  const asset = withFile(
    `content${forNodes(cluster)}`,
    content,
    (path) => new Asset(scope, id, { path, assetHash: hash, assetHashType: AssetHashType.CUSTOM }),
  );
  return { asset, hash };
}
