import type { GoModule, Released } from '../../../lib/contract/versions';
import type { PythonPackage } from '../pin/python/requirements';

export const TOOLS = [
  'prometheus',
  'promtool',
  'alertmanager',
  'amtool',
  'haproxy',
  'redis-server',
  'redis-cli',
  'redis_exporter',
  'thanos',
  'mkfs.xfs',
  'nft',
  'mmdebstrap',
  'systemd-nspawn',
  'node',
  'moto_server',
  'cfn-lint',
] as const;
export type ToolName = (typeof TOOLS)[number];

/** Where a tool may come from. */
export const SOURCES = ['cache', 'PATH', 'release', 'npm', 'go', 'debian', 'pypi'] as const;
export type SourceName = (typeof SOURCES)[number];

export interface ResolvedTool {
  readonly name: ToolName;
  /** Absolute path of the program. */
  readonly path: string;
  readonly version: string;
  /** For a cached tool: where it came from first. */
  readonly source: SourceName;
  /** To be added to the environment of the process, e.g. LD_LIBRARY_PATH. */
  readonly env: Readonly<Record<string, string>>;
  /** The Python interpreter behind the tool, where there is one. */
  readonly python?: string;
  /** The version that it stands in for, where it is not the pinned one. */
  readonly standsInFor?: string;
  /** One line that a person should see, e.g. that it is not the version that we deploy. */
  readonly note?: string;
}

/** A program as some source delivered it; paths are absolute. */
export interface Program {
  readonly path: string;
  readonly env: Readonly<Record<string, string>>;
  readonly python?: string;
}
export type Programs = Readonly<Partial<Record<ToolName, Program>>>;

export type Progress = (line: string) => void;

/** Programs that come together: one package, one tarball, one build. */
export interface Bundle {
  readonly name: string;
  readonly tools: readonly ToolName[];
  /** The version that we deploy or test with; null where any recent one does. */
  readonly pinned: string | null;
  /** Only the pinned version is what was asked for; Debian's, where it has another, only stands in for it. */
  readonly exact: boolean;
  /** The oldest that may be used at all. */
  readonly oldest: string;
  /** From this version on it is refused, because we reach into its internals. */
  readonly below?: string;
  readonly versionArgs: readonly string[];
  readonly release?: ReleaseSource;
  readonly npm?: NpmSource;
  readonly go?: GoSource;
  readonly debian?: DebianSource;
  readonly pypi?: PypiSource;
}

export interface ReleaseSource {
  readonly program: Released;
  readonly version: string;
  /** By architecture. */
  readonly sha256: Readonly<Record<string, string>>;
}

export interface NpmSource {
  /** {arch} is x64 or arm64. */
  readonly package: string;
  readonly version: string;
  /** By architecture: the tarball's, as the registry states it. */
  readonly integrity: Readonly<Record<string, string>>;
  /** Tool → its path in the package. */
  readonly files: Readonly<Partial<Record<ToolName, string>>>;
}

export interface GoSource {
  readonly module: GoModule;
  /** Commands to build, as packages below the module; each gets its directory's name, the module's own that of the module. */
  readonly packages: readonly string[];
  readonly tags?: string;
  readonly ldflags: string;
  /** Files that the module lacks and does not compile without, by path. */
  readonly added?: Readonly<Record<string, string>>;
}

export interface DebianSource {
  /** Package → programs in it, as paths inside the package. */
  readonly packages: Readonly<Record<string, Readonly<Partial<Record<ToolName, string>>>>>;
  /** newest: sid, trixie, then the machine's own suite. own: the other way round, so that libc fits. */
  readonly prefer: 'newest' | 'own';
  /** A directory that the program has compiled in, and that an ordinary user cannot create. */
  readonly compiledInDirectory?: { readonly tool: ToolName; readonly directory: string };
}

export interface PypiSource {
  readonly package: PythonPackage;
  /** Module whose import proves that the interpreter has it. */
  readonly importCheck?: string;
}
