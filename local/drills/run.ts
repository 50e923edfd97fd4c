import { followRun, lead, SENT_AFTER_MS } from './choreography';
import { awaitAll, until } from './clock';
import { loggedGateEvents, samplesMissing, thanosMissing } from './judge/collect';
import { compareWithOracle, incidentsOf, type Comparison } from './judge/compare';
import { gateTimes, type GateEvent } from './judge/gate-times';
import { joined, type Measuring, type Moments, type MetricReading } from './instrument';
import { judgeRun } from './judge/judge';
import { measure } from './judge/measure';
import { Silence } from './judge/silence';
import { isDemo, readNotifications, NOTIFICATION_SOURCES, type SentAlert } from './judge/notifications';
import { assignmentsSince, inWords } from './load/record';
import type { RunResult } from '../../lib/contract/check';
import { executionsAtOnce } from './executions';
import { ownMistakes } from './own-mistakes';
import { callsRefused } from './permissions';
import type { Scenario } from './scenario';
import { atRest, QUIET_MS, settle, type Settled } from './settle';
import { hasThanos } from './thanos';
import { Watch } from './judge/watch';
import { DRILL_ALERTS, nodeAt, type TestBed } from './test-bed';

/** How long a takeover is waited for: beyond every limit, so that a late one is measured and not merely missing. */
const TAKEOVER_MS = 45_000;
/** How long the notifications may take after the fault is undone; the slowest Alertmanager waits for its peer. */
const NOTIFICATIONS_MS = 45_000;

/** The faults that are in force: undone also when a run is broken off. */
export interface InForce {
  undo: (() => Promise<unknown>) | null;
}

/** One run: settle, move the alerts, strike, look on, undo, wait until all is well and sent, judge. */
export async function runOnce(world: TestBed, scenario: Scenario, inForce: InForce): Promise<RunResult> {
  world.say('  settling');
  await scenario.prepare?.(world);
  const settled = await settle(world, scenario);
  const silence = await Silence.make(world);
  const kept: Measuring = { finish: () => silence.lost(world) };
  const instruments = [...scenario.instruments.map((instrument) => instrument(world)), kept];
  try {
    return await incident(world, scenario, settled, instruments, inForce);
  } finally {
    await silence.end().catch((error: Error) => world.say(`  ${error.message}`));
    for (const instrument of instruments) instrument.stop?.();
  }
}

async function incident(
  world: TestBed,
  scenario: Scenario,
  settled: Settled,
  instruments: readonly Measuring[],
  inForce: InForce,
): Promise<RunResult> {
  const { say, signal, store } = world;
  const { roles } = settled;
  const startedAt = Date.now();
  const said = (): SentAlert[] =>
    readNotifications(world.state.pages)
      .filter((t) => t.receivedAt >= startedAt && !scenario.ownAlerts?.includes(t.name) && !settled.ongoing.has(t.name))
      .map((t) => ({ ...t, sender: nodeAt(world, t.sender) ?? t.sender }));
  const compare = (sent: readonly SentAlert[], source: string): Comparison =>
    compareWithOracle(
      sent.filter((t) => t.source === source),
      sent.filter((t) => t.source === NOTIFICATION_SOURCES.oracle),
    );

  say(
    `  ${roles.active} alerts (epoch ${settled.epoch}), ${roles.standby} stands by; alerts are made pending and firing`,
  );
  await lead(world);
  await Promise.all(instruments.map((i) => i.beforeFault?.()));

  const { struckAt, undoneAt, course, watch } = await injectAndUndo(world, scenario, settled, instruments, inForce);

  say('  undone; waiting until all is well and every notification has come');
  const names: readonly string[] = Object.values(DRILL_ALERTS);
  await awaitAll(() => toldAll(said(), names, scenario.plainPair, compare), { timeoutMs: NOTIFICATIONS_MS, signal });
  await atRest(world, scenario.restWithinMs);
  const endedAt = Date.now();
  const moments: Moments = { startedAt, struckAt, undoneAt, endedAt };
  const readings = joined([
    ...(course === undefined ? [] : [course]),
    ...(await Promise.all(instruments.map((i) => i.finish(moments)))),
    ...(hasThanos(world.state) ? [await thanosMissing(world, startedAt, endedAt)] : []),
  ]);

  const sent = said();
  const oracle = sent.filter((t) => t.source === NOTIFICATION_SOURCES.oracle);
  const ours = compare(sent, NOTIFICATION_SOURCES.system);
  const plain = scenario.plainPair ? compare(sent, NOTIFICATION_SOURCES.plain) : null;
  const assignments = await assignmentsSince(world, settled.epoch);
  const missing = await samplesMissing(world, startedAt, endedAt);
  const gates = gateEventsOf(world, scenario, settled, struckAt);
  const now = (await store.readAssignment())!.assignment;

  const judged = measure(scenario, {
    struckAt,
    undoneAt,
    seen: watch.seen,
    assignedAt: now.active === roles.active ? null : Date.parse(now.since),
    epochs: now.epoch - settled.epoch,
    oracleIncidents: incidentsOf(oracle).filter(
      (i) => names.includes(i.name) && i.firing.length > 0 && i.resolved.length > 0,
    ).length,
    ours,
    plain,
    gates: gateTimes([roles.active], gates, struckAt, endedAt),
    healedGateClosedAt: gates.find((e) => e.node === roles.hurt && !e.open && e.at >= undoneAt)?.at ?? null,
    missing,
  });
  const logged = loggedBy(world, struckAt);
  const measurements = { ...judged, ...logged.measurements, ...readings.measurements };
  const findings = [
    ...ours.findings,
    ...readings.findings,
    ...(plain?.findings ?? []).map((f) => `plain pair: ${f}`),
    ...[...missing].map(([series, n]) => `${n} samples missing of ${series}`),
    ...logged.findings,
    ...(watch.seen.acceptedAt === null ? [...watch.blind] : []),
    ...(asPromised(scenario, now.epoch - settled.epoch) ? [] : assignments.slice(1).map(inWords)),
  ];
  return { measurements, checks: judgeRun(scenario, measurements), findings };
}

const asPromised = ({ mayMove, epochs }: Scenario, more: number): boolean => mayMove !== true && more === epochs;

/** By the logs of what plays AWS, and of agents and functions. */
function loggedBy({ state }: TestBed, struckAt: number): MetricReading {
  const refused = callsRefused(state);
  const mistakes = ownMistakes(state);
  return {
    measurements: {
      callsRefused: refused.length,
      ownMistakes: mistakes.length,
      executionsAtOnce: executionsAtOnce(state, struckAt),
    },
    findings: [...refused.map((call) => `IAM refused ${call}`), ...mistakes],
  };
}

/** What a run has under its fault. */
interface Struck {
  readonly struckAt: number;
  readonly undoneAt: number;
  readonly course: MetricReading | undefined;
  /** It has stopped. */
  readonly watch: Watch;
}

/** Hurts, looks on until somebody has taken over and the fault was long enough, and undoes it. */
async function injectAndUndo(
  world: TestBed,
  scenario: Scenario,
  { roles }: Settled,
  instruments: readonly Measuring[],
  inForce: InForce,
): Promise<Struck> {
  const { say, signal } = world;
  inForce.undo = () => scenario.undo(world, roles);
  const struckBefore = Date.now();
  // What a scenario does beside the fault itself may take as long as the takeover: nobody waits for it to look on.
  const watch = new Watch(world, roles.hurt, roles.standby, struckBefore);
  try {
    say(`  ${scenario.what}`);
    const striking = scenario.inject(world, roles);
    const during = striking.then((at) => scenario.course?.(world, roles, at));
    const moved =
      scenario.alertsWait === true ? during.then(() => followRun(world, Date.now())) : followRun(world, struckBefore);
    const movedAt = moved.then(Date.now);
    const [struckAt, course] = await Promise.all([striking, during, movedAt]);
    if (scenario.takeover !== 'none') {
      await awaitAll(() => (watch.seen.acceptedAt === null ? 'nobody took over' : null), {
        timeoutMs: struckAt + TAKEOVER_MS - Date.now(),
        signal,
      });
    }
    await until((await movedAt) + SENT_AFTER_MS, signal);
    await Promise.all(instruments.map((i) => i.beforeUndo?.()));
    const undoneAt = await scenario.undo(world, roles);
    inForce.undo = null;
    return { struckAt, undoneAt, course, watch };
  } finally {
    watch.stop();
  }
}

/** What is still to be sent, or null: the oracle's incidents are over, the others sent the same, and it is quiet. */
function toldAll(
  sent: readonly SentAlert[],
  names: readonly string[],
  plainPair: boolean,
  compare: (sent: readonly SentAlert[], source: string) => Comparison,
): string | null {
  const oracle = sent.filter((t) => t.source === NOTIFICATION_SOURCES.oracle);
  const over = incidentsOf(oracle)
    .filter((i) => i.resolved.length > 0)
    .map((i) => i.name);
  const open = names.filter((name) => !over.includes(name));
  if (open.length > 0) return `the oracle has not sent the end of ${open.join(', ')}`;
  for (const source of plainPair
    ? [NOTIFICATION_SOURCES.system, NOTIFICATION_SOURCES.plain]
    : [NOTIFICATION_SOURCES.system]) {
    const { missed, findings } = compare(sent, source);
    if (missed > 0) return `${source}: ${findings.join('; ')}`;
  }
  return Date.now() - sent.filter(isDemo).at(-1)!.receivedAt < QUIET_MS ? 'the last notification is fresh' : null;
}

/** Gates that die with their agent say nothing in any log. */
function gateEventsOf(world: TestBed, scenario: Scenario, { roles }: Settled, struckAt: number): GateEvent[] {
  const died = scenario.agentDies ? [{ at: struckAt, node: roles.hurt!, open: false }] : [];
  return [...loggedGateEvents(world), ...died].sort((a, b) => a.at - b.at);
}
