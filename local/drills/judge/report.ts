import { RUNS_FOR_MEDIAN } from './limits';
import type { Check, DrillResult, RunResult } from './result';

/** What each number is, in the order of the report. */
const MEANING: Readonly<Record<string, readonly [unit: string, meaning: string]>> = {
  noticed: ['s', 'fault → alerting given to the other node'],
  gateOpened: ['s', "fault → the other node's gate open"],
  accepted: ['s', 'fault → its alerts accepted by an Alertmanager'],
  haproxyNoticed: ['s', 'fault → HAProxy (2 s / 3 / 2) has the node down'],
  noticedToHaproxy: ['×', 'our time to notice ÷ HAProxy’s'],
  epochs: ['', 'new epochs'],
  oracleIncidents: ['', 'drill alerts that the oracle told from beginning to end'],
  missed: ['', 'notifications missed'],
  duplicates: ['', 'notifications told twice'],
  falselyResolved: ['', 'resolved while it went on'],
  spurious: ['', 'notifications of what the oracle knows nothing of'],
  plainPairMissed: ['', 'the same of a plain pair: missed'],
  plainPairDuplicates: ['', 'the same of a plain pair: told twice'],
  plainPairFalselyResolved: ['', 'the same of a plain pair: falsely resolved'],
  plainPairSpurious: ['', 'the same of a plain pair: the oracle knows nothing of it'],
  duplicatesBeyondPlainPair: ['', 'told twice, beyond the plain pair'],
  forTimerOff: ['s', '`for: 30s` alert, off the oracle’s time'],
  samplesMissing: ['', 'samples that no node has'],
  noGateOpen: ['s', 'no gate was open'],
  severalGatesOpen: ['s', 'more than one gate was open'],
  deduplicatedMissing: ['', 'samples of one series that deduplication passes over, at most'],
  thanosMissing: ['', 'samples that Thanos has of no replica'],
  paged: ['s', 'fault → the pager is told'],
  firstAttempt: ['s', 'fault → first attempt to reconnect'],
  attempts: ['', 'attempts to reconnect'],
  reconnected: ['s', 'start of Redis → reconnected'],
  remedyRuns: ['', 'calls that tried, to the end'],
  looksAtAlertmanager: ['', 'looks at the Alertmanager that is kept down'],
  alertmanagerAnswered: ['', 'at which it answered'],
  reasonTold: ['s', 'fault → told that a target is beyond scrapeLimits'],
  movedWhilePaused: ['', 'what happened by itself while it was paused'],
  alarmRang: ['', 'alarm of the node that alerts rang meanwhile'],
  statusExit: ['', 'exit code of `promha status` meanwhile'],
  statusSaysPaused: ['', 'and it says PAUSED'],
  actedAfterResume: ['s', 'resume → the other node’s gate open'],
  reducedAfter: ['s', 'ten times the series → both nodes scrape every 5 s'],
  minimalAfter: ['s', 'sixty times → every 15 s, without droppable series'],
  normalAfter: ['s', 'end of it → both nodes scrape every second again'],
  profileSteps: ['', 'changes of the profile'],
  stepsSkipped: ['', 'of these not one step'],
  pendingReset: ['', 'of 20 pending alerts began anew'],
  nodesNotReady: ['', 'looks at which a node was not ready'],
  memoryMiB: ['MiB', 'memory of a node’s Prometheus, at most'],
  oracleMemoryMiB: ['MiB', 'memory of the oracle’s, which goes on every second'],
  ownAlertTold: ['', 'told that less is scraped'],
  ownAlertEnded: ['', 'told that it is over'],
  explodedStored: ['', 'series of the explosion that were stored'],
  failedScrapes: ['', 'failed scrapes of the target, on all nodes'],
  othersFailed: ['', 'failed scrapes of every other target'],
  resourcesChanged: ['', 'resources that the deploy changes or removes'],
  resourcesAdded: ['', 'resources that it adds'],
  nodesTouched: ['', 'nodes whose machine, agent or Prometheus is another one'],
  toldWhileDeploying: ['', 'notifications while it was deployed, beyond the oracle’s'],
  ableAfter: ['s', 'its machine starts → it could take over, and Thanos asks it'],
  letInAfter: ['s', 'everything is settled → targets are split between one shard more'],
  splitAfter: ['s', 'the same → every target is scraped by its own shard only'],
  targetsMoved: ['', 'targets of the new shard, scraped by each of its nodes'],
  nodesReplaced: ['', 'nodes on a new machine'],
  rolledOutAfter: ['s', 'first node begins to go → done'],
  rolledBack: ['', 'and that one back on what it was'],
  volumeNoticed: ['s', 'fault → the agent says what its volume suffers from'],
  restoreToReady: ['s', 'restore begins → Prometheus ready on the new volume'],
  volumeWellAgain: ['s', 'fault → Prometheus ready again'],
  generationsMore: ['', 'volumes made for the node'],
  fromBadSnapshot: ['', 'of these from the snapshot that does not open'],
  saidToBeBad: ['', 'which is said to be bad now'],
  freedMiB: ['MiB', 'free again'],
  rungsClimbed: ['', 'times that storage was set aside or replaced'],
  damageFound: ['s', 'damage → found by the scrub'],
  readyAgain: ['s', 'its Prometheus killed → mended and ready again'],
  damageLeft: ['', 'damage that is left'],
  setAside: ['', 'incidents of which the damaged files are kept'],
  corruptionsSeenByPrometheus: ['', 'corruptions of the WAL that Prometheus still met'],
  samplesBefore: ['', 'samples of ten minutes before the damage'],
  samplesLostOnNode: ['', 'of these gone from the node'],
  secondsLostOnNode: ['s', 'of one series, at most'],
  volumeWholeAgain: ['s', 'fault → refilled from the other node, too'],
  wholeAgain: ['s', 'its Prometheus killed → mended, and refilled from the other node'],
  samplesRefilled: ['', 'samples fetched from the other node'],
  samplesRefused: ['', 'of these not taken'],
  secondsMissingAfterRefill: ['s', 'missing on the node after that, of one series at most'],
  lostOnBothNodes: ['', 'of these that no node has'],
  bothMended: ['s', 'damage → both nodes mended and ready, one after the other'],
  bothWhole: ['s', 'damage → both refilled from each other'],
  bothDown: ['', 'looks, ten a second, at which neither Prometheus was ready'],
  blockSamples: ['', 'samples of the block that the node answers with'],
  queries: ['', 'queries through the load balancer'],
  queriesFailed: ['', 'of these failed'],
  queriesCutOff: ['', 'of these were cut off with the connection they were on'],
  queryMedian: ['s', 'a query while the fault lasts: median'],
  queryP99: ['s', '99 of 100 queries are no slower'],
  querySlowest: ['s', 'the slowest query'],
  answeredByNodes: ['s', 'fault → queries are answered by the nodes'],
  failedAfterSwitch: ['', 'queries that failed after that'],
  failedOnReturn: ['', 'queries that failed after Thanos was started'],
  backThroughThanos: ['s', 'start of Thanos → queries go through it again'],
  answersCompared: ['', 'series compared before, during and after'],
  answersDiffering: ['', 'of these differ'],
  historyWrongBefore: ['', 'samples in S3 only, not answered as written: before'],
  historyWrongDuring: ['', 'the same while the store gateway is down'],
  historyBack: ['s', 'start of the store gateway → all of them answered'],
  blocksGiven: ['', 'blocks given to the node'],
  uploadedAfter: ['s', 'given → all in the bucket'],
  servedAfter: ['s', 'taken from the node → all answered from the bucket'],
  compactedAfter: ['s', 'start of the compactor → compacted and downsampled'],
  blocksLeft: ['', 'blocks that are left of them'],
  blocksOverlapping: ['', 'pairs of blocks that overlap'],
  historyWrong: ['', 'samples not answered as they were written'],
  downsampledWrong: ['', 'series with a wrong sum, answered from downsampled blocks'],
  spansBoth: ['', 'one query answers with S3-only and with fresh data'],
  killedInTheMiddle: ['', 'compactor killed with work left'],
  finishedAfter: ['s', 'kill → all compacted and downsampled'],
  compactorsAtOnce: ['', 'compactors alive at once, at most'],
  healedGateClosed: ['s', 'mend → gate of the healed node closed'],
};

export function renderRun(number: number, total: number, run: RunResult): string {
  const lines = [`run ${number} of ${total}`];
  if (run.error !== undefined && Object.keys(run.measurements).length === 0) {
    return `${lines[0]!}: did not come to its end\n    ${run.error}`;
  }
  for (const [name, value] of Object.entries(run.measurements)) {
    const verdict = run.checks.find((c) => c.name === name);
    lines.push(row(name, value, verdict));
  }
  for (const finding of run.findings) lines.push(`    - ${finding}`);
  if (run.error !== undefined) lines.push(`    FAILED: ${run.error}`);
  return lines.join('\n');
}

function row(name: string, value: number | null, verdict: Check | undefined): string {
  const [unit, meaning] = MEANING[name] ?? ['', name];
  const mark = verdict === undefined ? '    ' : verdict.passed ? 'ok  ' : 'FAIL';
  const limit = verdict === undefined ? '' : `  (${verdict.rule} ${verdict.limit})`;
  return `  ${mark} ${number(value).padStart(8)} ${unit.padEnd(1)}  ${meaning}${limit}`;
}

export function renderSummary(result: DrillResult): string {
  if (result.runs.every((r) => r.error !== undefined && Object.keys(r.measurements).length === 0)) {
    return `${result.scenario}: FAILED: ${result.runs.at(-1)?.error ?? 'no run was made'}`;
  }
  const lines = [
    `${result.scenario}: ${result.runs.length} run(s)`,
    `  ${'median'.padStart(13)} ${'worst'.padStart(8)}`,
  ];
  for (const [name, { median, worst }] of Object.entries(result.summary.measurements)) {
    const [unit, meaning] = MEANING[name] ?? ['', name];
    lines.push(`  ${number(median).padStart(13)} ${number(worst).padStart(8)} ${unit.padEnd(1)}  ${meaning}`);
  }
  if (result.runs.length < RUNS_FOR_MEDIAN)
    lines.push(`  medians are judged from ${RUNS_FOR_MEDIAN} runs on (--runs ${RUNS_FOR_MEDIAN})`);
  // What was never measured says nothing: of a run that did not come to its end, only why.
  const broken = result.runs.some((r) => r.error !== undefined);
  const failed = broken ? [] : result.summary.checks.filter((c) => !c.passed);
  for (const c of failed)
    lines.push(`  FAIL ${c.name}: ${number(c.value)} ${c.unit}, expected ${c.rule} ${c.limit} ${c.unit}`);
  lines.push(result.passed ? `${result.scenario}: every check held` : `${result.scenario}: FAILED`);
  return lines.join('\n');
}

const number = (value: number | null): string =>
  value === null ? 'none' : Number.isInteger(value) ? String(value) : value.toFixed(2);
