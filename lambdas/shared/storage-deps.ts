import type { EC2Client } from '@aws-sdk/client-ec2';
import type { NodeId } from '../../lib/contract/documents/assignment';
import type { Policy } from '../../lib/contract/documents/policy';
import type { Probe } from '../../lib/core/failover/health';

/** What a cycle that cares for the volumes or snapshots of a shard reads from and writes to, beside the control bucket. */
export interface StorageDeps {
  readonly ec2: EC2Client;
  readonly cluster: string;
  readonly shard: number;
  readonly nodes: readonly NodeId[];
  readonly probes: ReadonlyMap<NodeId, Probe>;
  readonly policy: Policy;
  readonly now: () => number;
  readonly log: (level: 'info' | 'warn' | 'error', event: string, fields: Readonly<Record<string, unknown>>) => void;
}
