const { default: Sequencer } = require('@jest/test-sequencer');

/**
 * The long files, in the order in which they begin: one that is long and begins last is waited for by everybody, and what
 * Jest remembers of earlier runs a fresh clone has not. The first two have most nodes of all and are judged by what those
 * tell each other in time; so what begins beside them waits more than it works.
 */
const LONG = [
  'contract/volumes/volumes',
  'contract/agent/shards',
  'contract/agent/scrape-profile',
  'contract/local/deployment-life',
  'contract/lambdas/route-queries-loop',
  'contract/cli/move',
  'contract/alerts/ends-order',
  'contract/alerts/gossip-tls',
  'contract/lambdas/route-queries',
  'contract/lambdas/reconnect-redis',
  'contract/tsdb/scrub-live',
  'contract/agent/agent',
  'contract/tsdb/scrub',
  'contract/tsdb/crash-loop',
  'contract/tsdb/scrub-restart',
  'contract/local/upgrade-life',
  'infra/templates',
  'infra/synth',
  'infra/user-edits',
  'infra/review',
  'infra/variants',
  'contract/local/emulator-deploy',
  'contract/volumes/restore-snapshot',
  'contract/backfill/backfill-thanos',
  'contract/local/ecs-player',
  'contract/tsdb/scrub-agent',
  'infra/scaling-out',
  'contract/lambdas/functions',
  'contract/lambdas/reconnect-redis-calls',
  'infra/rolling-template',
  'contract/alerts/storm',
  'unit/agent/alerts/gate',
  'contract/volumes/volume-refused',
  'unit/cli/exit',
];

const placeOf = ({ path }) => {
  const at = LONG.indexOf(/test\/(.+)\.test\.ts$/.exec(path)?.[1]);
  return at < 0 ? LONG.length : at;
};

/** Among the others Jest's own order: those that failed last time before those that did not. */
module.exports = class extends Sequencer {
  async sort(tests) {
    return (await super.sort(tests)).sort((a, b) => placeOf(a) - placeOf(b));
  }
};
