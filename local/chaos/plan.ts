import { factsOf, FAULT_NAMES, type FaultKind } from './kinds';
import { Random } from '../drills/random';

/** Whom it hurts, by their roles when the incident begins. */
export type Place = 'active' | 'standby' | 'both' | 'around';

export interface PlannedFault {
  readonly kind: FaultKind;
  readonly place: Place;
  /** From the beginning of the incident to that of the fault, and of the fault to its end, ms. */
  readonly atMs: number;
  readonly lastsMs: number;
}

export interface PlannedIncident {
  /** From 1. */
  readonly number: number;
  /** What its moments and places are drawn by. */
  readonly seed: number;
  readonly faults: readonly PlannedFault[];
  /** Of one more alert, while faults go on that begin after a drill's alerts have moved. */
  readonly alerts: readonly PlannedAlert[];
}

/** It fires meanwhile, ms after the beginning of the incident. */
export interface PlannedAlert {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Each kind is in an incident so often, in a run that nobody shortens. */
export const EACH = 5;
/** How many faults an incident has, each as likely as it is often here. */
const FAULTS = [1, 1, 2, 2, 3];
const LONG_SHARE = 10;
/** More than `EACH` of each kind take, also of those that come in every tenth incident. */
const ENOUGH = 1_000;
/** Alerts begin and end in the first 25 s of an incident. */
const BEGINS_MS = 22_000;
/** From the end of a fault until another one may be about the same, and until its node works again for sure. */
const APART_MS = 3_000;
const RECOVERS_MS = 20_000;

/** An alert that begins again at once is the same one to Alertmanager. */
const ANEW_MS = 12_000;
const ALERT_OFF_MS = 5_000;

const LONG = FAULT_NAMES.filter((kind) => factsOf(kind).long === true);
const USUAL = FAULT_NAMES.filter((kind) => factsOf(kind).long !== true);

/**
 * So many faults in incidents of one to three, by the seed alone. Kinds come in turns, like cards, so that none is left out; one of the
 * long ones in every tenth incident. At every moment one node is let alone, as a pair has no chance otherwise, either.
 */
export function planOf(seed: number, faults: number): PlannedIncident[] {
  const random = new Random(seed);
  const usual = turns(random, USUAL);
  const long = turns(random, LONG);
  const incidents: PlannedIncident[] = [];
  for (let left = faults; left > 0;) {
    const number = incidents.length + 1;
    const many = Math.min(left, random.pick(FAULTS));
    const kinds = Array.from({ length: many }, (_, i) => (i === 0 && number % LONG_SHARE === 0 ? long() : usual()));
    const own = random.between(1, 2 ** 31 - 1);
    incidents.push({ number, seed: own, ...drawn(new Random(own), kinds) });
    left -= many;
  }
  return incidents;
}

/** As many faults as it takes for each kind to come up `EACH` times, whatever the seed. */
export function faultsForEach(seed: number): number {
  const left = new Map(FAULT_NAMES.map((kind) => [kind, EACH]));
  let faults = 0;
  for (const incident of planOf(seed, ENOUGH)) {
    for (const { kind } of incident.faults) left.set(kind, left.get(kind)! - 1);
    faults += incident.faults.length;
    if ([...left.values()].every((more) => more <= 0)) return faults;
  }
  throw new Error(`${ENOUGH} faults do not have each of ${FAULT_NAMES.length} kinds ${EACH} times`);
}

/** One after the other of them in an order that is drawn anew each time. */
function turns<T>(random: Random, all: readonly T[]): () => T {
  let left: T[] = [];
  return () => {
    if (left.length === 0) left = random.shuffled(all);
    return left.pop()!;
  };
}

function drawn(random: Random, kinds: readonly FaultKind[]): Pick<PlannedIncident, 'faults' | 'alerts'> {
  const faults = placed(random, kinds);
  const alerts: PlannedAlert[] = [];
  for (const { atMs, lastsMs } of faults.filter(({ atMs }) => atMs > BEGINS_MS)) {
    const free = (alerts.at(-1)?.toMs ?? BEGINS_MS) + ANEW_MS;
    const fromMs = Math.max(free, atMs + random.between(-ALERT_OFF_MS, ALERT_OFF_MS));
    if (fromMs < atMs + lastsMs) alerts.push({ fromMs, toMs: fromMs + random.between(8_000, 25_000) });
  }
  return { faults, alerts };
}

function placed(random: Random, kinds: readonly FaultKind[]): PlannedFault[] {
  const found: PlannedFault[] = [];
  for (const kind of kinds) {
    const { where, lasts } = factsOf(kind);
    const place = where === 'node' ? random.pick(['active', 'active', 'standby'] as const) : where;
    const lastsMs = Math.round(lasts[0] * (lasts[1] / lasts[0]) ** random.next());
    let fault: PlannedFault = { kind, place, atMs: random.between(0, BEGINS_MS), lastsMs };
    for (
      let other = found.find((f) => clash(f, fault));
      other !== undefined;
      other = found.find((f) => clash(f, fault))
    )
      fault = { ...fault, atMs: other.atMs + other.lastsMs + gap(other, fault) };
    found.push(fault);
  }
  return found.sort((a, b) => a.atMs - b.atMs);
}

/** Whether one has to wait for the other's end. */
function clash(a: PlannedFault, b: PlannedFault): boolean {
  const [first, second] = a.atMs <= b.atMs ? [a, b] : [b, a];
  return second.atMs < first.atMs + first.lastsMs + gap(a, b) && gap(a, b) > 0;
}

/** How far apart they have to be, ms; 0: they may be in force at once. */
function gap(a: PlannedFault, b: PlannedFault): number {
  const [one, two] = [factsOf(a.kind), factsOf(b.kind)];
  if (a.place !== b.place && one.takesNode === true && hurtsNode(b)) return RECOVERS_MS;
  if (a.place !== b.place && two.takesNode === true && hurtsNode(a)) return RECOVERS_MS;
  const samePlace = a.place === b.place || a.place === 'both' || b.place === 'both';
  return samePlace && one.about.some((part) => two.about.includes(part)) ? APART_MS : 0;
}

/** A node has to work while the other one does not; what is around them may fail at any time. */
const hurtsNode = ({ place }: PlannedFault): boolean => place !== 'around';
