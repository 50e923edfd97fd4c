import type { Artifact } from '../../contract/documents/node-config';
import type { PinnedArtifact } from './cluster';

/** The official release tarballs of a project of github.com/prometheus. */
export function releaseArtifact(project: 'prometheus' | 'alertmanager', { version, sha256 }: PinnedArtifact): Artifact {
  const url = (arch: string): string =>
    `https://github.com/prometheus/${project}/releases/download/v${version}/${project}-${version}.linux-${arch}.tar.gz`;
  return { version, urls: { amd64: url('amd64'), arm64: url('arm64') }, sha256: { ...sha256 } };
}
