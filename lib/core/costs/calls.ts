import type { Rate } from '../../contract/documents/price-table';
import type { CallLine } from '../../contract/documents/quiet-run';
import { UserError } from '../../contract/errors';
import type { Plane } from './item';

/** What a call costs; null: nothing, as AWS says. */
export type CallPrice = Rate | null;

/** By service: pattern of the operation, price. The first that fits counts; none is refused. */
const PRICES: Readonly<Record<string, readonly (readonly [operation: RegExp, price: CallPrice])[]>> = {
  s3: [
    [/^(Delete|Abort)/, null],
    [/^(Put|Copy|Post|List|CreateMultipart|UploadPart|CompleteMultipart)/, 's3Write'],
    [/^(Get|Head)/, 's3Read'],
  ],
  // What they make is priced where it is kept: volumes, snapshots.
  ec2: [[/^(Describe|Create(Tags|Volume|Snapshot)|Delete(Volume|Snapshot)|Attach|Detach|Modify)/, null]],
  elasticloadbalancing: [[/^(Describe|Modify|Register|Deregister)/, null]],
  autoscaling: [[/^(Describe|Set|Complete)/, null]],
  ecs: [[/^(Describe|List)/, null]],
  cloudformation: [[/^(Describe|List|Get|Signal)/, null]],
  servicediscovery: [
    [/^Discover/, 'discoveryRequest'],
    [/^(Register|Deregister|Get|List)/, null],
  ],
  ssm: [[/^(Get|Describe)/, null]],
  sts: [[/^(Assume|Get)/, null]],
  // The execution is what is priced.
  lambda: [[/^Invoke/, null]],
  monitoring: [[/^(PutMetricData|Get|List|Describe)/, 'metricsRequest']],
  // By what they carry.
  logs: [[/^(Create|Put|Describe)/, null]],
  // Signing costs five times as much: of each node once a day.
  kms: [[/^(Decrypt|Encrypt|GenerateDataKey|Describe|Sign|GetPublicKey)/, 'keyRequest']],
  secretsmanager: [[/^(BatchGet|Get|Describe)/, 'secretRequest']],
  sns: [[/^Publish/, 'topicRequest']],
};

/** @throws UserError for a call that is neither priced nor named free */
export function priceOfCall({ service, operation, what, name }: CallLine): CallPrice {
  const found = PRICES[service]?.find(([pattern]) => pattern.test(operation));
  if (found !== undefined) return found[1];
  throw new UserError({
    what: 'a call is neither priced nor named free',
    got: `${service}:${operation} ${what}, by ${name}`.trim(),
    expected: `one of the services ${Object.keys(PRICES).join(', ')}, and an operation that is known of it`,
    fix: 'add it to lib/core/costs/calls.ts, with what AWS takes for it',
  });
}

/** Blocks are Thanos': uploads of sidecars too. Everything else of S3 decides and configures; agents also ask whether there is a bucket. */
export const planeOfCall = ({ by, what }: CallLine): Plane =>
  by === 'task' || (what.startsWith('blocks/') && what !== 'blocks/') ? 'data' : 'control';

/** For people: what is called, by whom. */
export function nameOfCall(line: CallLine): string {
  if (planeOfCall(line) === 'data') return 'S3 requests of Thanos';
  return line.by === 'node' ? 'S3 requests of nodes' : `S3 requests of ${line.name}`;
}

/** How many of something there are, in the run or in the configuration. */
export interface Size {
  /** Of all shards. */
  readonly nodes: number;
  readonly shards: number;
}

/** With what the number of such calls grows. */
export function growthOfCall({ by, operation, what, name }: CallLine): (size: Size) => number {
  // Each node reads what every other one announces.
  if (by === 'node' && operation === 'GetObject' && what.startsWith('control/nodes/'))
    return ({ nodes }) => nodes * (nodes - 1);
  if (by === 'node') return ({ nodes }) => nodes;
  if (by === 'task') return () => 1;
  if (OF_EACH_NODE.test(what)) return ({ nodes }) => nodes;
  if (OF_CLUSTER.includes(name)) return () => 1;
  return ({ shards }) => shards;
}

/** Functions that there is one of, whatever the number of shards. */
export const OF_CLUSTER: readonly string[] = ['route-queries', 'relay', 'silence', 'issue-certificates'];
/** What a function reads of every node. */
const OF_EACH_NODE =
  /^control\/(nodes\/.*\.json|heartbeats\/#\/tsdb\/|shards\/#\/restores\/|trust\/(requests|certificates)\/)/;
