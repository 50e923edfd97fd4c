import { ecrRepository } from '../check/ecr';
import type { Contradiction } from './contradiction';
import type { WithThanos } from './thanos';

/** Whether nodes and tasks can get the image. */
export function image({ region, network, thanos, artifactMirror }: WithThanos): Contradiction[] {
  const { repository } = thanos.image;
  const found: Contradiction[] = [];
  const ecr = ecrRepository(repository);
  const isEcr = ecr !== null;
  if (network.kind === 'new' && network.egress === 'endpoints' && !isEcr) {
    found.push({
      path: ['thanos', 'image', 'repository'],
      what: 'tasks without internet could not pull the image',
      got: `'${repository}' and egress 'endpoints'`,
      expected: "a repository in ECR (<account>.dkr.ecr.<region>.amazonaws.com/…), or egress 'nat'",
      fix: 'copy the image, all architectures, into ECR with its digest unchanged, and name that repository',
    });
  }
  if (network.kind === 'new' && network.egress === 'endpoints' && ecr !== null && ecr.region !== region) {
    found.push({
      path: ['thanos', 'image', 'repository'],
      what: "interface endpoints lead to the region's own ECR only, and tasks could not pull the image",
      got: `'${repository}' and egress 'endpoints' in ${region}`,
      expected: `a repository in ${region}, or egress 'nat'`,
      fix: `replicate the repository to ${region} (ECR replication keeps the digest), and name that one`,
    });
  }
  if (isEcr && artifactMirror === undefined) {
    found.push({
      path: ['thanos', 'image', 'repository'],
      what: 'nodes have no login for ECR and could not take thanos out of the image: they would upload nothing',
      got: `'${repository}' and no artifactMirror`,
      expected: 'artifactMirror: a bucket with the manifests and layers of the image as oci/sha256/<digest>',
      fix: 'copy them there and name the bucket, or name a public repository',
    });
  }
  return found;
}
