import { FAILOVER } from '../failover/failover-scenarios';
import { deployReplica, deployShard, letShardIn, replicaJoined, shardIsIn } from './scale-out';
import type { Scenario } from '../scenario';

/** One more of something, by a real second `cdk deploy`, while everything goes on. */
const SCALE_OUT = {
  ...FAILOVER,
  hurts: 'nobody',
  takeover: 'none',
  epochs: 0,
  leaves: 'grown',
  needsThanos: true,
  undo: async () => Date.now(),
} satisfies Partial<Scenario>;

export const SCALE_SCENARIOS: readonly Scenario[] = [
  {
    ...SCALE_OUT,
    name: 'add-replica',
    what: 'one more replica was deployed: its machine boots now, and the others are left alone',
    prepare: deployReplica,
    inject: ({ faults }) => faults.act('release-growth'),
    course: replicaJoined,
  },
  {
    ...SCALE_OUT,
    name: 'add-shard',
    what: 'one more shard was deployed and scrapes beside the old one: now it gets its targets, with their alerts',
    prepare: deployShard,
    inject: letShardIn,
    course: shardIsIn,
  },
];
