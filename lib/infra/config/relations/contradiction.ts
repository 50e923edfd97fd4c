import type { SettingPath } from '../locate';

/** A setting that contradicts another one, `path` being the one to change first. */
export interface Contradiction {
  readonly path: SettingPath;
  readonly what: string;
  readonly got: string;
  readonly expected: string;
  readonly fix: string;
}
