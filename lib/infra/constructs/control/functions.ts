import { ArnFormat, type Stack } from 'aws-cdk-lib';
import { EventField } from 'aws-cdk-lib/aws-events';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Cluster } from '../../config/cluster';
import type { LoadSettings } from '../../../contract/documents/settings';
import { ENV } from '../../../contract/environment';
import { FUNCTIONS, type Worker } from '../../../contract/functions';
import { KEYS, RESTORES, STORAGE } from '../../../contract/keys';
import { EVERY_ANNOUNCEMENT, EVERY_CERTIFICATE, EVERY_REQUEST } from '../nodes/readable-keys';
import { remediesEntry } from './remedies-entry';
import { remedyEnvironment } from './remedy-environment';
import { restorePermissions, snapshotPermissions } from './volume-permissions';
import type { FunctionSpec } from './function-spec';

/** The client of EC2 describes every call of EC2, and none can be left out. Nobody waits for these functions. */
const WITH_EC2 = 1_100_000;
/** Two more clients than others have, one of them loaded when it is first needed. Its loops overlap: no start is waited for. */
const WITH_CALLS = 700_000;
/** Of those that look in health-check's place while it is silent: until their schedule calls anew. */
const STANDS_IN_S = 5 * 60 + 20;

export const CONTROL_FUNCTIONS: readonly FunctionSpec[] = [
  {
    name: 'health-check',
    description: 'Probes the nodes every 2 s, and calls the others when they have something to do',
    timeoutS: 90,
    maxBundleBytes: WITH_CALLS,
    schedule: { every: 'minute', id: 'EveryMinute', description: 'Starts a minute of probes' },
    rights: ({ stack, cluster, cluster: { shard, snapshots }, ofCluster, workers }) => ({
      reads: [
        KEYS.configPointer,
        ...(ofCluster === null ? [KEYS.shardMap] : []),
        // What tells whether the others have something to do.
        ...(snapshots === true ? [STORAGE(shard), RESTORES(shard)] : []),
      ],
      permissions: [calling(stack, cluster, workers), ...(ofCluster?.routes ? [describeRoutes()] : [])],
      environment: {
        [ENV.workers]: JSON.stringify(workers),
        ...loadEnvironment(cluster),
        ...(ofCluster?.routes && { [ENV.queryRoutes]: stack.toJsonString(ofCluster.routes) }),
      },
      writes: [
        KEYS.assignment(shard),
        KEYS.heartbeat(shard),
        // Shard 0 hands the configuration on, and each one says what its nodes refuse; a further one lets itself in.
        KEYS.configPointer,
        ...(ofCluster === null ? [KEYS.shardMap] : []),
      ],
      // One pointer for all shards, carried by one schedule: two would contradict each other while a deploy is half done.
      // With the time, by which an event that was overtaken is known.
      ...(ofCluster && { input: { config: ofCluster.pointer, time: EventField.time } }),
    }),
  },
  {
    name: 'promote-alerting',
    description: 'Moves alerting',
    timeoutS: 30,
    // An alarm calls once, when it begins to ring; what fails later would be found by nobody while health-check is down.
    schedule: { every: 'minute', id: 'EveryMinutePromotion', description: 'Looks once, should health-check not' },
    rights: ({ cluster: { shard } }) => ({ writes: [KEYS.assignment(shard)] }),
  },
  {
    name: 'route-queries',
    description: 'Sends queries to Thanos or to the nodes',
    timeoutS: STANDS_IN_S,
    schedule: { every: 0, id: 'EveryMinuteQueries', description: 'Looks, should health-check not call' },
    isNeeded: ({ ofCluster }) => ofCluster !== null && ofCluster.routes !== null,
    rights: ({ stack, ofCluster, cluster: { shard } }) => ({
      reads: [KEYS.heartbeat(shard)],
      environment: { [ENV.queryRoutes]: stack.toJsonString(ofCluster!.routes) },
      permissions: [
        describeRoutes(),
        new PolicyStatement({
          actions: ['elasticloadbalancing:ModifyListener'],
          resources: [ofCluster!.routes!.listenerArn],
        }),
      ],
    }),
  },
  {
    name: 'shed-load',
    description: 'Does without droppable series while nodes exceed their load limits',
    timeoutS: STANDS_IN_S,
    schedule: { every: 2, id: 'EveryMinuteLoad', description: 'Looks, should health-check not call' },
    rights: ({ cluster }) => ({
      reads: [KEYS.heartbeat(cluster.shard)],
      writes: [KEYS.assignment(cluster.shard)],
      environment: loadEnvironment(cluster),
    }),
  },
  {
    name: 'issue-certificates',
    description: 'Signs certificates of nodes, and says whom they trust',
    timeoutS: 60,
    maxBundleBytes: WITH_CALLS,
    schedule: { every: 4, id: 'EveryMinuteCertificates', description: 'Looks, should health-check not call' },
    isBare: true,
    isNeeded: ({ ofCluster }) => ofCluster !== null,
    rights: ({ ofCluster }) => ({
      reads: [EVERY_ANNOUNCEMENT, KEYS.trust, EVERY_REQUEST, EVERY_CERTIFICATE],
      writes: [KEYS.trust, EVERY_CERTIFICATE],
      environment: { [ENV.authorityKey]: ofCluster!.authority.keyArn },
      permissions: [
        new PolicyStatement({ actions: ['kms:GetPublicKey', 'kms:Sign'], resources: [ofCluster!.authority.keyArn] }),
      ],
    }),
  },
  // Called by promha, from outside the VPC.
  {
    name: 'relay',
    description: 'Asks nodes and Thanos for operators outside the VPC; changes nothing',
    timeoutS: 30,
    isBare: true,
    isNeeded: ({ ofCluster }) => ofCluster !== null,
    rights: () => ({}),
  },
  // Called by promha as well. The relay only reads; who may silence is IAM's to say.
  {
    name: 'silence',
    description: 'Lists, makes and ends silences for operators outside the VPC',
    timeoutS: 30,
    isBare: true,
    isNeeded: ({ ofCluster }) => ofCluster !== null,
    rights: ({ groups }) => ({ securityGroup: groups.silence }),
  },
  // Called by the nodes when an alert has a remedy. What it may connect to is in its environment, and nowhere else.
  {
    name: 'reconnect-redis',
    description: 'Reconnects to targets that are down',
    timeoutS: 300,
    isBare: true,
    isNeeded: ({ cluster, ofCluster }) => ofCluster !== null && cluster.remedies.length > 0,
    rights: ({ cluster: { remedies, shard }, handler, root, groups }) => {
      const keys = remedies.map(({ name }) => KEYS.remedy(shard, name));
      return {
        // A pause counts for remedies as well.
        reads: [KEYS.assignment(shard), ...keys],
        writes: keys,
        entry: remediesEntry(handler, root, remedies),
        securityGroup: groups.remedies,
        environment: remedyEnvironment(remedies),
        permissions: remedies.flatMap(({ hook }) =>
          (hook?.allow ?? []).map(
            ({ actions, resources }) => new PolicyStatement({ actions: [...actions], resources: [...resources] }),
          ),
        ),
      };
    },
  },
  {
    name: 'take-snapshot',
    description: 'Takes, tries and prunes snapshots',
    timeoutS: 60,
    schedule: { every: 3, id: 'EveryMinuteSnapshots', description: 'Looks, should health-check not call' },
    maxBundleBytes: WITH_EC2,
    callsEbs: true,
    isNeeded: ({ cluster }) => cluster.snapshots === true,
    rights: ({ stack, cluster }) => ({
      reads: [STORAGE(cluster.shard), RESTORES(cluster.shard)],
      permissions: snapshotPermissions(stack, cluster),
    }),
  },
  {
    name: 'restore-snapshot',
    description: 'Replaces a volume',
    timeoutS: STANDS_IN_S,
    schedule: { every: 1, id: 'EveryMinuteRestore', description: 'Looks, should health-check not call' },
    maxBundleBytes: WITH_EC2,
    callsEbs: true,
    isNeeded: ({ cluster }) => cluster.snapshots === true,
    rights: ({ stack, cluster }) => ({
      reads: [KEYS.heartbeat(cluster.shard), STORAGE(cluster.shard), RESTORES(cluster.shard)],
      writes: [RESTORES(cluster.shard)],
      permissions: restorePermissions(stack, cluster),
    }),
  },
];

/** Describing knows no narrower resource. */
const describeRoutes = (): PolicyStatement =>
  new PolicyStatement({
    actions: ['elasticloadbalancing:DescribeListeners', 'elasticloadbalancing:DescribeTargetHealth'],
    resources: ['*'],
  });

/** By name: they are made after whoever calls them. */
function calling(stack: Stack, { name, shard }: Cluster, workers: readonly Worker[]): PolicyStatement {
  const arn = (worker: Worker): string =>
    stack.formatArn({
      service: 'lambda',
      resource: 'function',
      resourceName: FUNCTIONS.worker(name, shard, worker),
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
  return new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: workers.map(arn) });
}

function loadEnvironment({ load, scrapeInterval }: Cluster): Readonly<Record<string, string>> {
  const { limits, sustainedForMs, recoverAfterMs, droppable } = load;
  const policy = { limits, sustainedForMs, recoverAfterMs };
  const settings: LoadSettings = { policy, scrapeInterval, ...(droppable !== undefined && { droppable: true }) };
  return { [ENV.load]: JSON.stringify(settings) };
}
