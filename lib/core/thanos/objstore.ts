import { stringify } from 'yaml';
import { dnsSuffix } from '../../contract/dns-suffix';

export interface BlocksBucket {
  readonly bucket: string;
  readonly region: string;
  /** Another S3 than AWS's, e.g. http://10.0.0.1:5000: an emulator. */
  readonly endpoint?: string;
}

/**
 * Thanos' object storage configuration. Without keys: the AWS SDK finds the role of the task or instance.
 * Format: https://thanos.io/tip/thanos/storage.md (type S3).
 */
export function objstoreConfig({ bucket, region, endpoint }: BlocksBucket): string {
  const at =
    endpoint === undefined
      ? { endpoint: `s3.${region}.${dnsSuffix(region)}` }
      : {
          endpoint: new URL(endpoint).host,
          insecure: new URL(endpoint).protocol === 'http:',
          bucket_lookup_type: 'path',
        };
  return stringify({ type: 'S3', config: { bucket, region, ...at, aws_sdk_auth: true } });
}
