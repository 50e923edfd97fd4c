import type { Network } from './hosts/network';
import type { Deployed } from './phases/deploy-phase';
import type { Prepared } from './phases/prepare-phase';
import type { RunningParts } from './phases/run-phase';
import type { RunState } from '../../lib/shell/local/run-state';
import type { Start } from './start-options';

/** Everything that runs; what drills and the control socket act on. */
export interface System extends RunningParts {
  readonly state: RunState;
  readonly start: Start;
  readonly prepared: Prepared;
  readonly deployed: Deployed;
  readonly network: Network;
}
