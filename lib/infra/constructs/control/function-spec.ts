import type { Stack } from 'aws-cdk-lib';
import type { ISecurityGroup } from 'aws-cdk-lib/aws-ec2';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Cluster } from '../../config/cluster';
import type { ConfigPointer } from '../../../contract/documents/config';
import type { QueryRoutes } from '../../../contract/documents/settings';
import type { Worker } from '../../../contract/functions';
import type { BundleEntry } from './bundle';

/** What an entry of the table may depend on. */
export interface FunctionContext {
  readonly stack: Stack;
  readonly cluster: Cluster;
  /** Root of the repository. */
  readonly root: string;
  /** The function's own handler.ts. */
  readonly handler: string;
  /** What there is once for the whole cluster, and therefore with shard 0; null with the others. `routes` null: without Thanos. */
  readonly ofCluster: {
    readonly routes: QueryRoutes | null;
    readonly pointer: ConfigPointer;
    /** Signs certificates. */
    readonly authority: IKey;
  } | null;
  /** Those that health-check calls, as far as the shard has them. */
  readonly workers: readonly Worker[];
  /** Of the functions that get no further than targets with a remedy, and than Alertmanagers. */
  readonly groups: { readonly remedies: ISecurityGroup; readonly silence: ISecurityGroup };
}

/** What a function gets beside logging and, where it is not bare, reading the assignment and announcements. */
export interface FunctionRights {
  /** Keys of the control bucket. */
  readonly reads?: readonly string[];
  readonly writes?: readonly string[];
  readonly permissions?: readonly PolicyStatement[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly securityGroup?: ISecurityGroup;
  readonly entry?: BundleEntry;
  /** Input of its schedule: constants, and fields of the event. */
  readonly input?: object;
}

/** `id`: of the rule in the stack. It stays as it is: CloudFormation makes a new one first, and its name is taken. */
export interface FunctionSchedule {
  readonly id: string;
  readonly description: string;
  /** `minute`: every minute; a number: every five, in this one of them, so that no two of these come together. */
  readonly every: 'minute' | 0 | 1 | 2 | 3 | 4;
}

/** One line of the table. Its alarm `<name>-errors` follows from it. */
export interface FunctionSpec {
  /** Its directory in lambdas/, and the end of its name in AWS. */
  readonly name: string;
  readonly description: string;
  readonly timeoutS: number;
  /** All others are called once a day, to stay awake. */
  readonly schedule?: FunctionSchedule;
  /** @default MAX_BUNDLE_BYTES */
  readonly maxBundleBytes?: number;
  /** It calls EBS: its policy names volumes and snapshots by condition. */
  readonly callsEbs?: true;
  /** It needs neither the assignment nor announcements. */
  readonly isBare?: true;
  readonly isNeeded?: (context: FunctionContext) => boolean;
  readonly rights: (context: FunctionContext) => FunctionRights;
}
