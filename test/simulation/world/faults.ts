import * as fc from 'fast-check';

/** Actors by number: nodes from 0, then the functions and S3. */
export const FUNCTIONS = 8;
export const S3 = 9;

/** No answers; none but 503; reads only. */
export type StoreOutage = 'silent' | 'refuses' | 'read-only';

/** What goes wrong, when (virtual ms) and for how long. */
export type Fault =
  | { kind: 'crash'; node: number; at: number; times: number; everyMs: number }
  | { kind: 'hang'; node: number; at: number; forMs: number }
  | { kind: 'not-scraping'; node: number; at: number; forMs: number }
  | { kind: 'rules-late'; node: number; at: number; forMs: number }
  | { kind: 'host-loss'; node: number; at: number; forMs: number; blank: boolean }
  | { kind: 'agent-crash'; node: number; at: number; forMs: number; how: 'killed' | 'stopped' }
  | { kind: 'isolation'; node: number; at: number; forMs: number }
  | { kind: 'partition'; a: number; b: number; at: number; forMs: number }
  | { kind: 'loss'; node: number; at: number; forMs: number; percent: number }
  | { kind: 'slow'; node: number; at: number; forMs: number; addMs: number }
  | { kind: 'store-down'; at: number; forMs: number; how: StoreOutage }
  | { kind: 'store-flaky'; at: number; forMs: number; errors: number; lostAnswers: number; conflicts: number }
  | { kind: 'control-down'; at: number; forMs: number }
  | { kind: 'invocation'; minute: number; at: number; how: 'lost' | 'late' | 'repeated'; byMs: number }
  | { kind: 'storm'; at: number; calls: number }
  | { kind: 'assignment'; at: number; how: 'deleted' | 'restored' | 'garbled'; forMs: number }
  | { kind: 'pause'; at: number; forMs: number }
  | { kind: 'switchover'; at: number };

export type FaultKind = Fault['kind'];

/** One run: everything that it depends on. */
export interface Schedule {
  /** Varies latencies and phases. */
  readonly seed: number;
  readonly nodes: 2 | 3;
  /** How far the clocks of the nodes and, last, of the functions are off, ms. */
  readonly skews: readonly number[];
  readonly faults: readonly Fault[];
}

const at = fc.integer({ min: 0, max: 600 }).map((n) => n * 100);
const forMs = fc.oneof(
  { weight: 2, arbitrary: fc.integer({ min: 5, max: 80 }).map((n) => n * 100) },
  { weight: 3, arbitrary: fc.integer({ min: 8, max: 60 }).map((n) => n * 1_000) },
);
const node = fc.nat(2);
const actor = fc.constantFrom(0, 1, 2, FUNCTIONS, S3);
const kind = <K extends FaultKind>(k: K): fc.Arbitrary<K> => fc.constant(k);
const outage = fc.constantFrom<StoreOutage>('silent', 'refuses', 'read-only');
const percent = fc.constantFrom(0, 0, 0.2, 0.5);

const FAULTS: { weight: number; arbitrary: fc.Arbitrary<Fault> }[] = [
  {
    weight: 4,
    arbitrary: fc.record({ kind: kind('crash'), node, at, times: fc.constant(1), everyMs: fc.constant(0) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: kind('crash'),
      node,
      at,
      times: fc.integer({ min: 2, max: 6 }),
      everyMs: fc.integer({ min: 5, max: 15 }).map((n) => n * 1_000),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: kind('hang'), node, at, forMs }) },
  { weight: 1, arbitrary: fc.record({ kind: kind('not-scraping'), node, at, forMs }) },
  { weight: 1, arbitrary: fc.record({ kind: kind('rules-late'), node, at, forMs }) },
  { weight: 3, arbitrary: fc.record({ kind: kind('host-loss'), node, at, forMs, blank: fc.boolean() }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: kind('agent-crash'),
      node,
      at,
      forMs,
      how: fc.constantFrom('killed' as const, 'stopped' as const),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: kind('isolation'), node, at, forMs }) },
  { weight: 4, arbitrary: fc.record({ kind: kind('partition'), a: actor, b: actor, at, forMs }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: kind('loss'), node, at, forMs, percent: fc.constantFrom(5, 10, 30, 60) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: kind('slow'), node, at, forMs, addMs: fc.constantFrom(200, 600, 800, 1_500, 3_000) }),
  },
  { weight: 3, arbitrary: fc.record({ kind: kind('store-down'), at, forMs, how: outage }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: kind('store-flaky'),
      at,
      forMs,
      errors: percent,
      lostAnswers: percent,
      conflicts: percent,
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: kind('control-down'), at, forMs }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: kind('invocation'),
      minute: fc.nat(2),
      at: fc.constant(0),
      how: fc.constantFrom('lost' as const, 'late' as const, 'repeated' as const),
      byMs: fc.integer({ min: 0, max: 55 }).map((n) => n * 1_000),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: kind('storm'), at, calls: fc.integer({ min: 1, max: 12 }) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: kind('assignment'),
      at,
      how: fc.constantFrom('deleted' as const, 'restored' as const, 'garbled' as const),
      forMs,
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: kind('pause'), at, forMs }) },
  { weight: 2, arbitrary: fc.record({ kind: kind('switchover'), at }) },
];

const fault = fc.oneof(...FAULTS);

/** Both nodes crash again and again until moves are damped; when that is over, one is lost for long. */
const flapping: fc.Arbitrary<Fault[]> = fc
  .tuple(fc.integer({ min: 9, max: 14 }), fc.integer({ min: 9, max: 14 }), node)
  .map(([a, b, lost]) => [
    { kind: 'crash', node: 0, at: 8_000, times: 4, everyMs: a * 1_000 },
    { kind: 'crash', node: 1, at: 13_000, times: 4, everyMs: b * 1_000 },
    { kind: 'host-loss', node: lost, at: 90_000, forMs: 90_000, blank: false },
  ]);

/** The only node that could take over answers, but not within the short time-out. */
const slowSuccessor: fc.Arbitrary<Fault[]> = fc
  .tuple(node, fc.constantFrom(700, 800, 850), fc.constantFrom('hang' as const, 'isolation' as const))
  .map(([lost, addMs, kindOfLoss]) => [
    { kind: 'slow', node: lost + 1, at: 10_000, forMs: 50_000, addMs },
    { kind: kindOfLoss, node: lost, at: 15_000, forMs: 40_000 },
  ]);

/** Alerting moves, and S3 is gone before the new active node has read so. */
const lostNews: fc.Arbitrary<Fault[]> = fc
  .tuple(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 14, max: 60 }), outage)
  .map(([tenths, seconds, how]) => [
    { kind: 'crash', node: 0, at: 10_000, times: 1, everyMs: 0 },
    { kind: 'store-down', at: 10_000 + tenths * 100, forMs: seconds * 1_000, how },
  ]);

/** Functions and S3 are down, then the node that alerts is lost; S3 comes back first. */
const allDown: fc.Arbitrary<Fault[]> = fc.tuple(node, fc.integer({ min: 20, max: 40 })).map(([lost, seconds]) => [
  { kind: 'store-down', at: 10_000, forMs: seconds * 1_000, how: 'silent' },
  { kind: 'control-down', at: 10_000, forMs: 70_000 },
  { kind: 'host-loss', node: lost, at: 12_000, forMs: 80_000, blank: false },
]);

/** S3 is read and not written for long, and the node that alerts is lost. */
const readOnly: fc.Arbitrary<Fault[]> = fc.tuple(node, fc.integer({ min: 60, max: 90 })).map(([lost, seconds]) => [
  { kind: 'store-down', at: 10_000, forMs: seconds * 1_000, how: 'read-only' },
  { kind: 'host-loss', node: lost, at: 12_000, forMs: 100_000, blank: false },
]);

/** The functions cannot reach the node that would have to take over. */
const partitionGuard: fc.Arbitrary<Fault[]> = fc
  .tuple(node, fc.integer({ min: 12, max: 40 }))
  .map(([lost, seconds]) => [
    { kind: 'partition', a: FUNCTIONS, b: 1 - (lost % 2), at: 10_000, forMs: 60_000 },
    { kind: 'hang', node: lost, at: seconds * 1_000, forMs: 50_000 },
  ]);

/** Shrinks towards fewer, earlier and shorter faults. */
export const schedules: fc.Arbitrary<Schedule> = fc.record({
  seed: fc.noShrink(fc.integer({ min: 0, max: 0x7fffffff })),
  nodes: fc.constantFrom(2 as const, 2 as const, 3 as const),
  skews: fc.oneof(
    fc.constant<number[]>([0, 0, 0, 0]),
    fc.array(fc.integer({ min: -5_000, max: 5_000 }), { minLength: 4, maxLength: 4 }),
  ),
  faults: fc.oneof(
    { weight: 1, arbitrary: fc.constant<Fault[]>([]) },
    { weight: 6, arbitrary: fc.array(fault, { minLength: 1, maxLength: 1 }) },
    { weight: 9, arbitrary: fc.array(fault, { minLength: 2, maxLength: 2 }) },
    { weight: 6, arbitrary: fc.array(fault, { minLength: 3, maxLength: 6 }) },
    { weight: 1, arbitrary: flapping },
    { weight: 1, arbitrary: slowSuccessor },
    { weight: 1, arbitrary: lostNews },
    { weight: 1, arbitrary: allDown },
    { weight: 1, arbitrary: readOnly },
    { weight: 1, arbitrary: partitionGuard },
  ),
});
