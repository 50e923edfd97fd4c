import type { Bundle, Programs, Progress, SourceName } from '../catalog/types';

/** Where a source puts what it gets, and what it has to go by. */
export interface BuildPlace {
  /** The cache. */
  readonly root: string;
  /** Empty directory to fill; renamed to its place in the cache afterwards. */
  readonly directory: string;
  readonly env: NodeJS.ProcessEnv;
  readonly onProgress: Progress;
  readonly signal: AbortSignal;
  /**
   * Whether all programs run and have a version that may be used: a source with several candidates sees it at once.
   * @returns the directory that they will be in afterwards
   * @throws Error with the reason
   */
  readonly verify: (programs: Programs) => Promise<string>;
}

/** One way to get a bundle into the cache. Rejects with a reason that a person understands. */
export interface Source {
  readonly name: SourceName;
  deliver(bundle: Bundle, place: BuildPlace): Promise<Programs>;
}

/** For a bundle that a source does not have at all: nothing failed, so nobody is told. */
export class NotThere extends Error {}
