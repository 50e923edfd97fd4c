import versions from './versions.json';

/** Programs that are pinned by a release of their project on GitHub; `npm run pin` raises them. */
export const RELEASED = ['prometheus', 'alertmanager', 'redis_exporter'] as const;
export type Released = (typeof RELEASED)[number];

/** A Go module, as `go mod download` names it. */
export interface GoModule {
  readonly path: string;
  readonly version: string;
  /** Of its content, as Go's checksum database has it. Without one Go itself asks that database. */
  readonly sum?: string;
}

/** A release of a project: the SHA-256 of its Linux tarballs, and the module that the same version is built from. */
export interface PinnedRelease {
  readonly version: string;
  readonly sha256: { readonly amd64: string; readonly arm64: string };
  readonly module: GoModule;
}

/** What versions.json holds. */
export interface Versions extends Readonly<Record<Released, PinnedRelease>> {
  readonly thanos: {
    readonly version: string;
    /** The digest is that of the image for all architectures. */
    readonly image: { readonly repository: string; readonly digest: string };
    readonly module: GoModule;
  };
  /** What functions, nodes and the local run execute; `integrity` is that of npm's node-linux-<architecture>. */
  readonly node: { readonly version: string; readonly integrity: { readonly x64: string; readonly arm64: string } };
  readonly moto: { readonly version: string };
  readonly 'cfn-lint': { readonly version: string };
  /** In booted instances, for what Amazon Linux brings along. */
  readonly awscli: { readonly version: string };
}

/**
 * Every version of what is deployed, run or tested with, and every checksum. They stand in versions.json and nowhere else:
 * raising a program is a change of that file. Only sums that two independent sources agree on, or that the project itself
 * publishes (docs/decisions/0024-what-is-tested-is-what-is-pinned.md).
 */
export const VERSIONS: Versions = versions;

/** Node.js of functions and nodes: 24. */
export const NODE_MAJOR = Number(VERSIONS.node.version.split('.')[0]);

/** Where esbuild's bundles run. */
export const NODE_TARGET = `node${NODE_MAJOR}`;

/** Address of a release's tarball; `arch` is amd64 or arm64, `host` where GitHub's releases are served. */
export function releaseUrl(program: Released, version: string, arch: string, host = GITHUB): string {
  // redis_exporter names its tarballs with the tag.
  const named = program === 'redis_exporter' ? `v${version}` : version;
  return `${releaseFolder(program, version, host)}/${program}-${named}.linux-${arch}.tar.gz`;
}

/** Address below which all files of a release are. */
export function releaseFolder(program: Released, version: string, host = GITHUB): string {
  const owner = program === 'redis_exporter' ? 'oliver006' : 'prometheus';
  return `${host}/${owner}/${program}/releases/download/v${version}`;
}

const GITHUB = 'https://github.com';
