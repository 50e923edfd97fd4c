/** What a program may take of the machine, so that those that alert do not notice it. */
export interface Bounds {
  /** Of its own memory; beyond it an allocation fails, and a Go program ends. */
  readonly memoryMiB: number;
}

/** Of the limit: then Go's garbage collector works harder. */
export const COLLECT_AT = 0.8;

/** Of a shell, before it becomes the program: when the machine runs out of memory the kernel ends it before all others. */
const FIRST_TO_GO = 'echo 1000 > /proc/self/oom_score_adj';

/**
 * `$0` and `$@` are the program. It is the first to go, it gets the processor when the others leave it some, and its data
 * segment, which is where a Go program has everything, has a limit.
 */
const SCRIPT = `${FIRST_TO_GO}; ulimit -d "$KIB" && exec nice -n 10 "$0" "$@"`;

/** A program that can be run again: the memory that it takes is taken from nobody who alerts. */
export const firstToGo = (file: string, args: readonly string[]): Pick<Bounded, 'file' | 'args'> => ({
  file: '/bin/sh',
  args: ['-c', `${FIRST_TO_GO}; exec "$0" "$@"`, file, ...args],
});

/** A tool that nobody waits for: the same of the processor. */
export const tool = (file: string, args: readonly string[]): Pick<Bounded, 'file' | 'args'> => ({
  file: '/bin/sh',
  args: ['-c', `${FIRST_TO_GO}; exec nice -n 19 "$0" "$@"`, file, ...args],
});

interface Bounded {
  readonly file: string;
  readonly args: readonly string[];
  readonly bounds?: Bounds;
}

/** The same program, started by what bounds it: `exec` all the way, so that its pid and its arguments are its own. */
export function bounded({ file, args, bounds }: Bounded): Pick<Bounded, 'file' | 'args'> {
  if (bounds === undefined) return { file, args };
  const { memoryMiB } = bounds;
  const script = `KIB=${memoryMiB * 1024}; export GOMEMLIMIT=${Math.floor(memoryMiB * COLLECT_AT)}MiB; ${SCRIPT}`;
  return { file: '/bin/sh', args: ['-c', script, file, ...args] };
}
