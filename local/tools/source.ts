import type { Bundle, Program, Progress, SourceName, ToolName } from './types';

export interface Delivery {
  readonly programs: Readonly<Partial<Record<ToolName, Program>>>;
}

/** Where a source puts what it gets. */
export interface Place {
  /** The cache. */
  readonly root: string;
  /** Empty directory to fill; renamed to `target` afterwards. */
  readonly directory: string;
  readonly target: string;
  readonly onProgress: Progress;
  /** Lets a source with several candidates see at once whether one runs. @throws Error with the reason */
  readonly verify: (programs: Delivery['programs']) => Promise<void>;
}

/** One way to get a bundle into the cache. Rejects with a reason that a person understands. */
export interface Source {
  readonly name: SourceName;
  deliver(bundle: Bundle, place: Place): Promise<Delivery>;
}

/** For a bundle that a source does not have at all: nothing failed, so nobody is told. */
export class NotThere extends Error {}
