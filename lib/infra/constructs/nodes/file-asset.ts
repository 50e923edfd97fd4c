import { createHash } from 'node:crypto';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { AssetHashType } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { withFile } from '../control/bundle';

export interface FileAsset {
  readonly asset: Asset;
  /** SHA-256 of the content, hex. */
  readonly hash: string;
}

/** A text that the CDK CLI puts into the assets bucket; its name there depends on nothing but the content. */
export function fileAsset(scope: Construct, id: string, name: string, content: string): FileAsset {
  const hash = createHash('sha256').update(content).digest('hex');
  const asset = withFile(
    name,
    content,
    (path) => new Asset(scope, id, { path, assetHash: hash, assetHashType: AssetHashType.CUSTOM }),
  );
  return { asset, hash };
}
