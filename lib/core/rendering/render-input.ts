import type { ConfigBundle } from '../../contract/documents/config';
import type { ScrapeProfile } from '../../contract/profile';
import type { Webhooks } from './render-alertmanager';

/** What rendering needs beside the bundle: who the node is and where its files are. */
export interface RenderInput {
  readonly bundle: ConfigBundle;
  /** @default normal */
  readonly profile?: ScrapeProfile;
  readonly cluster: string;
  readonly shard: number;
  /** By which numbers of shards this one picks its targets (sharding.ts). @default [1]: all of them */
  readonly shardCounts?: readonly number[];
  readonly node: string;
  /** Host of the alert gate, Prometheus's only Alertmanager. */
  readonly gateAddress: string;
  /** Directory of the file_sd files with the addresses of all nodes. */
  readonly nodeTargets: string;
  /** Whether the cluster has Thanos. */
  readonly thanos: boolean;
  /** E.g. 3.5.3. */
  readonly prometheusVersion: string;
  /** How much older than the newest a sample may be, ms; what a node missed comes late. @default 0 */
  readonly lateMs?: number;
  /** How long samples are kept, e.g. 15d. @default what the flag says */
  readonly retentionTime?: string;
  /** Where alerts of our own go; null: there is no agent that takes them, so there are none. */
  readonly webhooks: Webhooks | null;
  /** Directory of the files with secrets, on the node. @default secrets */
  readonly secretFiles?: string;
}
