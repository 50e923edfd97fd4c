import type { Shown } from './events';
import type { Reach } from './deploy/overlay';
import type { Cleanup } from './hosts/cleanup';
import type { Teeth } from './teeth';
import type { RunState } from '../../lib/shell/local/run-state';

/**
 * What is waited for where pinned versions are not on this machine and have to be built, which takes minutes.
 * `all`, for drills; `all-but-thanos`, for those that do without it; `nothing`, for a first start: Debian's versions stand
 * in, and what is built beside the run is used by the next.
 */
export type Builds = 'all' | 'all-but-thanos' | 'nothing';

export interface SystemOptions {
  /** Progress while starting, one line each. */
  readonly onProgress: (line: string) => void;
  /** What happens afterwards, one line each. */
  readonly onEvent: (line: string, shown?: Shown) => void;
  /** Every event with all that it says, instead of what is news to anybody. */
  readonly verbose: boolean;
  /** Ctrl-C: the step under way is abandoned; the caller runs the clean-up. */
  readonly signal: AbortSignal;
  readonly builds: Builds;
  /** What of the user's configuration that is elsewhere may be reached. */
  readonly reach: Reach;
  /** Where it refuses and delays as AWS does. */
  readonly teeth: Teeth;
  /** What nodes run instead of the deployed agent: one with a mistake in it, that a drill has to notice. */
  readonly mistaken?: (agent: string) => string;
}

/** What every phase of the start needs. */
export interface Start extends SystemOptions {
  readonly cleanup: Cleanup;
  readonly runId: string;
  readonly dir: string;
  /** Says what is done, does it, and gives up between steps when the start was aborted. */
  readonly step: <T>(what: string, work: () => Promise<T> | T) => Promise<T>;
  /** Keeps what others need to find the system; URLs are added to those that are there. */
  readonly save: (more: Partial<RunState>) => void;
  /** A process that ended without being told to. */
  readonly onEnd: (what: string, how: string) => void;
}
