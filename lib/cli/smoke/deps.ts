import type { S3Client } from '@aws-sdk/client-s3';
import type { Measurements } from '../../contract/check';
import type { StepOutcome } from '../../core/smoke/report';
import type { ClusterHandle } from '../cluster/cluster';
import type { FaultInjector } from '../commands/inject-fault';
import type { Undo } from './undo';

export interface SmokeDeps {
  readonly handle: ClusterHandle;
  readonly s3: S3Client;
  readonly kill: FaultInjector;
  /** Progress, one line each; never where JSON goes. */
  readonly say: (line: string) => void;
  /** Fires when somebody interrupts: what is under way ends, and is undone. */
  readonly signal: AbortSignal;
  readonly undo: Undo;
}

/** What a part measured, and what it has to say. */
export type Measured = { readonly measurements: Measurements; readonly findings: readonly string[] };
export type Part = (deps: SmokeDeps) => Promise<Measured | Pick<StepOutcome, 'skipped'>>;
