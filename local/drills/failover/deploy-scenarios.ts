import { FAILOVER } from './failover-scenarios';
import { queryPath } from '../thanos/queries';
import { queryLoad } from '../thanos/query-load';
import { deployBadTemplate, deployChanged, rolledOut, theFirstAlerts } from './redeploy';
import type { Scenario } from '../scenario';

/** Changes of the machines while everything goes on. What changed is deployed before; here the machines follow. */
const DEPLOY = {
  ...FAILOVER,
  // Planned: alerting is handed over before the machine goes.
  takeover: 'crash',
  // The launch templates are the changed ones from now on.
  leaves: 'changed',
  instruments: [queryLoad(20, queryPath)],
  inject: ({ faults }) => faults.act('release-updates'),
  undo: async () => Date.now(),
} satisfies Partial<Scenario>;

export const DEPLOY_SCENARIOS: readonly Scenario[] = [
  {
    ...DEPLOY,
    name: 'rolling-deploy',
    what: 'a second `cdk deploy` changed the launch templates: one node after the other is replaced by a new machine',
    // From the first node to the second, and back when the second is replaced.
    epochs: 2,
    prepare: async (world) => {
      await theFirstAlerts(world);
      await deployChanged(world);
    },
    course: rolledOut,
  },
  {
    ...DEPLOY,
    name: 'bad-deploy',
    what: 'the new launch template of every node names an agent that is not there: the first goes back, the other is left alone',
    epochs: 1,
    prepare: async (world) => {
      await theFirstAlerts(world);
      await deployBadTemplate(world);
    },
    course: rolledOut,
  },
];
