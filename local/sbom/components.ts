import * as z from 'zod/mini';
import { documentFormat } from '../../lib/contract/document';
import { releaseUrl, RELEASED, VERSIONS, type Released } from '../../lib/contract/versions';

/** One of CycloneDX 1.5, as far as we write it. */
export interface SbomComponent {
  readonly type: 'application' | 'container';
  readonly 'bom-ref': string;
  readonly name: string;
  readonly version: string;
  readonly purl: string;
  readonly hashes?: readonly { readonly alg: 'SHA-256'; readonly content: string }[];
  readonly externalReferences?: readonly { readonly type: 'distribution'; readonly url: string }[];
}

/** What is deployed and comes from no registry of npm: programs on nodes, and the image of Thanos, with the sums that are verified. */
export function deployedPrograms(): SbomComponent[] {
  return [...RELEASED.filter((name) => name !== 'redis_exporter').flatMap(ofBothArchitectures), thanosImage()];
}

function ofBothArchitectures(name: Released): SbomComponent[] {
  const { version, sha256, module } = VERSIONS[name];
  return (['amd64', 'arm64'] as const).map((arch) => {
    const purl = `pkg:golang/${module.path}@${module.version}?goos=linux&goarch=${arch}`;
    return {
      type: 'application',
      'bom-ref': purl,
      name,
      version,
      purl,
      hashes: [{ alg: 'SHA-256', content: sha256[arch] }],
      externalReferences: [{ type: 'distribution', url: releaseUrl(name, version, arch) }],
    };
  });
}

function thanosImage(): SbomComponent {
  const { version, image } = VERSIONS.thanos;
  const purl = `pkg:oci/thanos@${encodeURIComponent(image.digest)}?repository_url=${image.repository}&tag=v${version}`;
  return {
    type: 'container',
    'bom-ref': purl,
    name: 'thanos',
    version,
    purl,
    hashes: [{ alg: 'SHA-256', content: image.digest.replace('sha256:', '') }],
  };
}

const BOM = documentFormat({
  what: "npm's bill of materials",
  shape: z.looseObject({ components: z.array(z.unknown()) }),
  maxBytes: 2 ** 26,
  fix: 'run `npm sbom --sbom-format cyclonedx` and look',
});

/** npm's own bill of materials with these. @throws UserError when it is none */
export function withPrograms(sbom: string, programs: readonly SbomComponent[]): string {
  const bom = BOM.parse(sbom, 'npm sbom');
  return `${JSON.stringify({ ...bom, components: [...bom.components, ...programs] }, null, 2)}\n`;
}
