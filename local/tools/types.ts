export type ToolName =
  | 'prometheus'
  | 'promtool'
  | 'alertmanager'
  | 'amtool'
  | 'haproxy'
  | 'redis-server'
  | 'redis-cli'
  | 'redis_exporter'
  | 'thanos'
  | 'mkfs.xfs'
  | 'moto_server'
  | 'cfn-lint';

/** Where a tool may come from, in the order in which it is looked for. */
export const SOURCES = ['cache', 'PATH', 'release', 'debian', 'go', 'pypi'] as const;
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
  /** One line that a person should see, e.g. that it is older than what we deploy. */
  readonly note?: string;
}

/** A program as some source delivered it; paths are absolute. */
export interface Program {
  readonly path: string;
  readonly env: Readonly<Record<string, string>>;
  readonly python?: string;
}

export type Progress = (line: string) => void;

/** Programs that come together: one package, one tarball, one build. */
export interface Bundle {
  readonly name: string;
  readonly tools: readonly ToolName[];
  /** The version that we deploy or test with; null where any recent one does. */
  readonly pinned: string | null;
  /** From PATH or by an override at least this. */
  readonly minimum: string;
  /** The oldest that Debian may deliver when there is nothing better; a note then says so. */
  readonly oldest: string;
  /** From this version on it is refused, because we reach into its internals. */
  readonly below?: string;
  readonly versionArgs: readonly string[];
  readonly release?: ReleaseSource;
  readonly debian?: DebianSource;
  readonly go?: GoSource;
  readonly pypi?: PypiSource;
}

export interface ReleaseSource {
  /** {arch} is amd64 or arm64. */
  readonly url: string;
  /** By architecture. Only sums that two independent sources confirmed. */
  readonly sha256: Readonly<Record<string, string>>;
}

export interface DebianSource {
  /** Package → programs in it, as paths inside the package. */
  readonly packages: Readonly<Record<string, Readonly<Partial<Record<ToolName, string>>>>>;
  /** newest: sid, trixie, then the machine's own suite. own: the other way round, so that libc fits. */
  readonly prefer: 'newest' | 'own';
  /** A directory that the program has compiled in, and that an ordinary user cannot create. */
  readonly compiledInDirectory?: { readonly tool: ToolName; readonly directory: string };
}

export interface GoSource {
  readonly module: string;
  readonly version: string;
  /** Tool → package below the module, '' for the module itself. */
  readonly commands: Readonly<Partial<Record<ToolName, string>>>;
  readonly replace: Readonly<Record<string, string>>;
  readonly ldflags: string;
  /** Built in a copy of the module itself: with its own go.mod, whose replaces and excludes nothing else has to repeat. */
  readonly inPlace?: {
    /** As `go mod download` and the checksum database spell it. */
    readonly sum: string;
    readonly tags: string;
  };
}

export interface PypiSource {
  readonly requirement: string;
  /** Module whose import proves that the interpreter has it, and the expression of its version. */
  readonly importCheck?: string;
}
