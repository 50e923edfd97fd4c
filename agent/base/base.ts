import type { NodeConfig } from '../../lib/contract/documents/node-config';
import type { AgentEnv } from './env';
import type { Log } from './log';
import type { Paths } from './paths';

/** What every part of the agent is given. */
export interface Base {
  readonly config: NodeConfig;
  readonly env: AgentEnv;
  readonly paths: Paths;
  readonly log: Log;
  /** ISO 8601, UTC: when this agent started. */
  readonly startedAt: string;
}
