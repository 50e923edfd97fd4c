import type { Bounds } from './bounds';

export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** Whatever it is asked, it takes no more; absent: as it likes. */
  readonly bounds?: Bounds;
  /**
   * As a child, its place when the machine runs out of memory, as /proc/<pid>/oom_score_adj has it: the higher, the sooner it goes.
   * Absent: with its bounds the first, without them as the agent, which goes last. In a unit the sandbox says.
   */
  readonly oomScore?: number;
}
