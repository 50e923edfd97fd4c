/** What a program may take of the machine, so that those that alert do not notice it. */
export interface Bounds {
  /** Of its own memory; beyond it an allocation fails, and a Go program ends. */
  readonly memoryMiB: number;
}

/** Of the limit: then Go's garbage collector works harder. */
const COLLECT_AT = 0.8;

/**
 * `$0` and `$@` are the program. The kernel ends it first when the machine runs out of memory, it gets the processor when
 * the others leave it some, and its data segment, which is where a Go program has everything, has a limit.
 */
const SCRIPT = `echo 1000 > /proc/self/oom_score_adj; ulimit -d "$KIB" && exec nice -n 10 "$0" "$@"`;

/** The same program, started by what bounds it: `exec` all the way, so that its pid and its arguments are its own. */
export function bounded<
  T extends { readonly file: string; readonly args: readonly string[]; readonly bounds?: Bounds },
>(command: T): Pick<T, 'file' | 'args'> {
  const { file, args, bounds } = command;
  if (bounds === undefined) return { file, args };
  const { memoryMiB } = bounds;
  const script = `KIB=${memoryMiB * 1024}; export GOMEMLIMIT=${Math.floor(memoryMiB * COLLECT_AT)}MiB; ${SCRIPT}`;
  return { file: '/bin/sh', args: ['-c', script, file, ...args] };
}
