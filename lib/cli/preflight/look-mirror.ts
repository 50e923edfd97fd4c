import { HeadObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { AwsAnswer } from '../../core/preflight/findings';
import { releaseArtifact } from '../../infra/config/artifacts';
import type { Cluster } from '../../infra/config/cluster';
import { askAws, orNull } from './ask';

interface Mirrored {
  readonly key: string;
  /** Where it comes from. */
  readonly source: string;
}

/** What a new machine looks for first in the mirror; of the Thanos image its list of architectures. */
export function mirroredObjects({ artifacts, instance, thanos }: Cluster): Mirrored[] {
  const arch = instance.architecture === 'arm64' ? 'arm64' : 'amd64';
  const tarballs = (['prometheus', 'alertmanager'] as const).map((program) => {
    const source = releaseArtifact(program, artifacts[program]).urls[arch]!;
    return { key: source.slice(source.lastIndexOf('/') + 1), source };
  });
  if (thanos === null) return tarballs;
  const { repository, digest } = thanos.image;
  return [...tarballs, { key: `oci/${digest.replace(':', '/')}`, source: `${repository}@${digest}` }];
}

/** Which of them are missing. */
export async function lookAtMirror(cluster: Cluster, s3: S3Client): Promise<AwsAnswer<Mirrored[]>> {
  const { artifactMirror: Bucket } = cluster;
  if (Bucket === undefined) return { value: [] };
  return askAws(async (abortSignal) => {
    const looked = mirroredObjects(cluster).map(async (object) => {
      const call = s3.send(new HeadObjectCommand({ Bucket, Key: object.key }), { abortSignal });
      return (await orNull(call, 'NotFound', 'NoSuchKey')) === null ? [object] : [];
    });
    return (await Promise.all(looked)).flat();
  });
}
