import type { Artifact } from '../../contract/documents/node-config';
import { releaseUrl } from '../../contract/versions';
import type { PinnedArtifact } from './cluster';

/** The official release tarballs of a project of github.com/prometheus. */
export function releaseArtifact(project: 'prometheus' | 'alertmanager', { version, sha256 }: PinnedArtifact): Artifact {
  const url = (arch: string): string => releaseUrl(project, version, arch);
  return { version, urls: { amd64: url('amd64'), arm64: url('arm64') }, sha256: { ...sha256 } };
}
