import { PAUSED_AT_MOST_MS } from '../failover/operator-scenarios';
import { exactly, least, most, type Limit } from './limit';
import { LOAD_LIMITS } from './load-limits';
import type { Scenario } from '../scenario';

/** A single run says little about a median; from so many runs on it is judged. */
export const RUNS_FOR_MEDIAN = 5;

/** From the fault until an Alertmanager accepted the new active node's alerts, seconds. */
const ACCEPTED = {
  crash: { worst: 4, median: 2 },
  silence: { worst: 6, median: 4 },
  // A look at the volume comes first, which takes no write; then as in silence.
  volume: { worst: 17, median: 14 },
  'break-glass': { worst: 30, median: 30 },
  // Nothing may happen while it is paused, and `promha status` is waited for, which asks a dead node, too. How soon it acts
  // after the resume is another measurement.
  resumed: { worst: PAUSED_AT_MOST_MS / 1000 + 16, median: PAUSED_AT_MOST_MS / 1000 + 16 },
  // Three periods without a heartbeat, of which the last points may come late, or the next minute's look.
  alarm: { worst: 120, median: 120 },
} as const;

/** Our time to notice ÷ HAProxy's (inter 2s fall 3 rise 2), in the same run. */
const NOTICED_TO_HAPROXY: Readonly<Record<string, number>> = { 'primary-crash': 0.5, 'primary-host-loss': 1.3 };

/** Some 80 s of queries, less what the machine may swallow: fewer prove nothing. */
const ENOUGH_QUERIES = 40;

/** Of corruption to files: found within a period of the scrub (10 s here) and a pass, repaired by the next start. */
const MENDED = [
  most('corruptionFound', 15, 's'),
  most('readyAgain', 30, 's'),
  exactly('corruptionLeft', 0, 'findings'),
  exactly('quarantine', 1, 'incidents'),
  exactly('corruptionsSeenByPrometheus', 0, ''),
  most('lostOnBothNodes', 0, 'samples'),
  most('secondsMissingAfterBackfill', 2, 's'),
];
/** One record is lost: what was scraped in one second, of some jobs. */
const ONE_RECORD = most('secondsLostOnNode', 2, 's');
const NOTHING_LOST = most('samplesLostOnNode', 0, 'samples');

/** Of a deploy of one more: nothing that was there is another one, and nobody was sent anything. */
const ONLY_ADDED = [
  exactly('resourcesChanged', 0, 'resources'),
  least('resourcesAdded', 5, 'resources'),
  exactly('nodesTouched', 0, 'nodes'),
  exactly('toldWhileDeploying', 0, 'notifications'),
  most('thanosMissing', 0, 'samples'),
];

/** Of a data volume as a whole: looked at every 2 s here, stalled after 10 s. */
const RESTORED = [
  most('volumeNoticed', 20, 's'),
  most('restoreToReady', 90, 's'),
  exactly('fromBadSnapshot', 0, 'volumes'),
  most('secondsMissingAfterBackfill', 2, 's'),
];
const REFUSED = [
  exactly('activeLoadedBad', 0, 'looks'),
  exactly('refusedByPromtool', 0, ''),
  most('refusedByCanary', 60, 's'),
  most('refusedForAll', 90, 's'),
];

const REPLACED = [...RESTORED, exactly('generationsMore', 1, 'volumes')];

/** Of a crash with a clean WAL, however often: it is restarted, and nothing else is done. */
const NO_RECOVERY_STEP = exactly('recoverySteps', 0, '');

/** Of queries that leave Thanos and come back to it. */
const REROUTED = [
  // Ours; then the load balancer takes 75 s to do as its listener says.
  most('listenerChanged', 9, 's'),
  most('answeredByNodes', 90, 's'),
  // There and back, and not to and fro.
  exactly('listenerChanges', 2, 'changes'),
  most('failedAfterSwitch', 0, 'queries'),
  most('failedOnReturn', 0, 'queries'),
  // A task takes 30 s to start, its target 180 s until it is looked at, the listener 75 s.
  most('backThroughThanos', 320, 's'),
];

/** The drill proves nothing unless others were lied to. */
const LIED = [least('lies', 300, ''), least('fieldsLiedIn', 100, '')];

/** What is promised beside the alerts, by scenario. */
const BESIDE: Readonly<Record<string, readonly Limit[]>> = {
  ...LOAD_LIMITS,
  'primary-crash': [NO_RECOVERY_STEP],
  'standby-crash': [NO_RECOVERY_STEP],
  'both-crash': [NO_RECOVERY_STEP],
  'zone-loss': [least('queries', 20 * ENOUGH_QUERIES, 'queries'), most('queriesBack', 60, 's')],
  'wal-flip': [...MENDED, ONE_RECORD],
  'wal-truncate': MENDED,
  'wal-hole': MENDED,
  'wal-tail': MENDED,
  'wal-checkpoint': MENDED,
  'chunks-head': [...MENDED, NOTHING_LOST],
  'block-meta': [...MENDED, NOTHING_LOST, exactly('blockSamples', 9_600, 'samples')],
  'block-index': [...MENDED, NOTHING_LOST, exactly('blockSamples', 9_600, 'samples')],
  'both-damaged': [
    most('corruptionFound', 15, 's'),
    exactly('corruptionLeft', 0, 'findings'),
    exactly('bothDown', 0, ''),
    most('secondsMissingAfterBackfill', 2, 's'),
  ],
  'volume-gone': REPLACED,
  'volume-gone-active': REPLACED,
  'bad-snapshot': [...RESTORED, exactly('generationsMore', 2, 'volumes'), exactly('saidToBeBad', 1, 'snapshots')],
  'volume-stall': REPLACED,
  'disk-full': [
    most('volumeNoticed', 20, 's'),
    most('volumeWellAgain', 30, 's'),
    exactly('generationsMore', 0, 'volumes'),
    most('secondsMissingAfterBackfill', 2, 's'),
  ],
  'both-disks-fill': [most('volumeNoticed', 20, 's'), most('volumeWellAgain', 30, 's')],
  // Seen after 5 s, started anew a second later.
  'loop-stall': [most('agentBack', 15, 's'), exactly('stallsLogged', 1, ''), exactly('programsTouched', 0, '')],
  'lying-node': LIED,
  'lying-standby': LIED,
  'redis-down': [
    most('paged', 10, 's'),
    most('firstAttempt', 10, 's'),
    // Less than that would mean that it was not tried again and again.
    least('attempts', 5, 'attempts'),
    most('reconnected', 5, 's'),
    exactly('remedyRuns', 1, ''),
  ],
  switchover: [most('noGateOpen', 0.5, 's')],
  // The drill proves nothing unless it was too early at first.
  'empty-volume-switchover': [least('refusedFirst', 1, 'reasons'), most('noGateOpen', 0.5, 's')],
  pause: [
    exactly('movedWhilePaused', 0, ''),
    exactly('alarmRang', 1, ''),
    exactly('statusExit', 1, ''),
    exactly('statusSaysPaused', 1, ''),
    most('actedAfterResume', 4, 's'),
    NO_RECOVERY_STEP,
  ],
  'operator-machines': [
    exactly('commandsFailed', 0, 'commands'),
    exactly('portsReachedOutside', 0, 'ports of nodes'),
    // Five of each node.
    least('portsReachedInside', 10, 'ports of nodes'),
    // The drill proves nothing unless nodes are out of reach from there.
    least('directFromOutside', 1, ''),
  ],
  // The drill proves nothing unless it was down.
  'alertmanager-down': [least('looksAtAlertmanager', 40, 'looks'), exactly('alertmanagerAnswered', 0, 'looks')],
  'alertmanagers-down': [least('looksAtAlertmanager', 16, 'looks'), exactly('alertmanagerAnswered', 0, 'looks')],
  'bad-config': REFUSED,
  'bad-rules': [...REFUSED, least('canaryTried', 1, 'looks')],
  'add-replica': [...ONLY_ADDED, most('ableAfter', 120, 's')],
  'add-shard': [
    ...ONLY_ADDED,
    most('admitShardAfter', 30, 's'),
    most('splitAfter', 120, 's'),
    least('targetsMoved', 2, 'targets'),
  ],
  'rolling-deploy': [
    exactly('nodesReplaced', 2, 'nodes'),
    least('queries', 20 * ENOUGH_QUERIES, 'queries'),
    most('queriesFailed', 0, 'queries'),
  ],
  'bad-deploy': [
    exactly('nodesReplaced', 1, 'nodes'),
    exactly('rolledBack', 1, ''),
    least('queries', 20 * ENOUGH_QUERIES, 'queries'),
    most('queriesFailed', 0, 'queries'),
  ],
  'query-path-crash': [
    least('queries', 50 * ENOUGH_QUERIES, 'queries'),
    most('queriesFailed', 0, 'queries'),
    most('thanosMissing', 0, 'samples'),
    // Judged at the end, when the node that was away has backfilled itself: before, penalty deduplication passes over up to
    // two samples of a series (docs/decisions/0016-penalty-deduplication.md).
    most('deduplicatedMissing', 0, 'samples'),
  ],
  'query-path-hang': [
    least('queries', 50 * ENOUGH_QUERIES, 'queries'),
    most('queriesFailed', 0, 'queries'),
    most('querySlowest', 2, 's'),
  ],
  'thanos-down': [...REROUTED, least('answersCompared', 20, 'series'), most('answersDiffering', 0, 'series')],
  'thanos-down-unwatched': REROUTED,
  'store-down': [
    least('queries', 20 * ENOUGH_QUERIES, 'queries'),
    most('queriesFailed', 0, 'queries'),
    most('historyWrongBefore', 0, 'samples'),
    // The drill proves nothing unless history was gone.
    least('historyWrongDuring', 1, 'samples'),
    // A task takes 30 s to start.
    most('historyBack', 90, 's'),
  ],
  'blocks-move': [
    least('blocksGiven', 48, 'blocks'),
    most('uploadedAfter', 120, 's'),
    // The store gateway looks for new blocks every five minutes.
    most('servedAfter', 330, 's'),
    most('compactedAfter', 300, 's'),
    most('blocksOverlapping', 0, 'pairs'),
    most('historyWrong', 0, 'samples'),
    most('downsampledWrong', 0, 'series'),
    exactly('spansBoth', 1, ''),
  ],
  'compactor-crash': [
    exactly('killedInTheMiddle', 1, ''),
    most('finishedAfter', 300, 's'),
    exactly('compactorsAtOnce', 1, 'processes'),
    most('blocksOverlapping', 0, 'pairs'),
    most('historyWrong', 0, 'samples'),
  ],
};

/** Of a gray node the pair tells what only that node believes: both kinds count together. */
const beyond = ({ mayMove }: Scenario): string =>
  mayMove === true ? 'needlessBeyondPlainPair' : 'duplicatesBeyondPlainPair';

/** An account starts with ten at once; the scenarios named call functions themselves, or deploy a second shard. */
const EXECUTIONS_AT_ONCE = 8;
const MORE_EXECUTIONS: readonly string[] = ['double-trigger', 'add-shard'];

/** There and back. */
const MOVES_AT_MOST = 2;

/** Every limit of a scenario's runs: the table of what is promised. */
export function limitsOf(scenario: Scenario): Limit[] {
  const limits: Limit[] = [
    // The drill judges nothing unless the oracle saw what the drill did.
    least('oracleIncidents', 3, 'incidents'),
    scenario.mayMove === true ? most('epochs', MOVES_AT_MOST, 'epochs') : exactly('epochs', scenario.epochs, 'epochs'),
    // What is scraped by nobody is lost, and no timer goes on meanwhile.
    scenario.unscrapedS === undefined
      ? most('samplesMissing', 0, 'samples')
      : most('unscraped', scenario.unscrapedS, 's'),
    most('forTimerOff', 1 + (scenario.unscrapedS ?? 0), 's'),
    most('missed', 0, 'notifications'),
    // What ships asks for nothing that its policies do not let it do.
    exactly('callsRefused', 0, 'calls'),
    exactly('ownMistakes', 0, ''),
    exactly('silencesLost', 0, ''),
  ];
  if (!MORE_EXECUTIONS.includes(scenario.name)) limits.push(most('executionsAtOnce', EXECUTIONS_AT_ONCE, ''));
  // Nobody repeats what fires for longer than an Alertmanager believes it: it is ended and told anew. Shown, not judged.
  const repeats = scenario.takeover !== 'alarm';
  if (repeats) limits.push(most('falselyResolved', 0, 'notifications'));
  // Cut off, both sides alert: nobody can do better than two nodes that always do.
  // Its own view of dead targets, sent after the repair, differs from the plain pair's by chance: shown, not judged.
  if (scenario.plainPair) limits.push(most(beyond(scenario), 0, 'notifications'));
  else {
    if (repeats) limits.push(most('duplicates', 0, 'notifications'));
    limits.push(most('spurious', 0, 'notifications'));
  }

  if (scenario.takeover !== 'none') limits.push(most('accepted', ACCEPTED[scenario.takeover].worst, 's'));
  const ratio = NOTICED_TO_HAPROXY[scenario.name];
  if (ratio !== undefined) limits.push(most('noticedToHaproxy', ratio, '×'));
  if (scenario.gateOutlivesFault) limits.push(most('healedGateClosed', 5, 's'));
  limits.push(...(BESIDE[scenario.name] ?? []));
  return limits;
}

/** The limit on the median of `accepted` over all runs; null where nobody takes over. */
export function medianLimit(scenario: Scenario): Limit | null {
  if (scenario.takeover === 'none') return null;
  return most('accepted', ACCEPTED[scenario.takeover].median, 's');
}
