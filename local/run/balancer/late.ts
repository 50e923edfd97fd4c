/** What AWS takes its time for: a network load balancer does what its API says only after a while. Times in ms. */

export interface BalancerDelays {
  /** Until a changed listener forwards as it says. */
  readonly listenerMs: number;
  /** Until a new target is looked at. */
  readonly targetMs: number;
}

/** Target group → weight. */
export type Weights = Readonly<Record<string, number>>;

/** By port, oldest first: what a listener was seen to say, and since when. The first is the one in effect. */
export type SeenListeners = ReadonlyMap<number, readonly { readonly since: number; readonly weights: Weights }[]>;

/** By target, since when it is registered with a group that a listener forwards to. */
export type SeenTargets = ReadonlyMap<string, number>;

/** What was there at the first look was there long before. */
const LONG_AGO = -Infinity;

/** `before` null: the first look. */
export function noteListeners(
  before: SeenListeners | null,
  said: ReadonlyMap<number, Weights>,
  delays: BalancerDelays,
  now: number,
): SeenListeners {
  return new Map(
    [...said].map(([port, weights]) => {
      const seen = before?.get(port) ?? [{ since: LONG_AGO, weights }];
      const all = sameWeights(seen.at(-1)!.weights, weights) ? seen : [...seen, { since: now, weights }];
      return [port, all.slice(inEffect(all, delays, now))];
    }),
  );
}

/** A target that went away, and one whose group left its listeners, is new when it is back. */
export function noteTargets(before: SeenTargets | null, said: readonly string[], now: number): SeenTargets {
  const fresh = before === null ? LONG_AGO : now;
  return new Map(said.map((key) => [key, before?.get(key) ?? fresh]));
}

/** What a listener does just now. @throws Error for a port that was never seen */
export function weightsInEffect(seen: SeenListeners, port: number, delays: BalancerDelays, now: number): Weights {
  const all = seen.get(port);
  if (all === undefined) throw new Error(`no listener was seen on port ${port}`);
  return all[inEffect(all, delays, now)]!.weights;
}

const inEffect = (all: readonly { readonly since: number }[], { listenerMs }: BalancerDelays, now: number): number =>
  Math.max(
    0,
    all.findLastIndex(({ since }) => since + listenerMs <= now),
  );

/** Whether its health is looked at: before, nobody is sent there but for want of others. */
export const isRegistered = (seen: SeenTargets, key: string, { targetMs }: BalancerDelays, now: number): boolean =>
  (seen.get(key) ?? Infinity) + targetMs <= now;

/** As DescribeTargetHealth says it of a group that a listener forwards to. */
export type TargetState = 'initial' | 'healthy' | 'unhealthy';

export const targetState = (registered: boolean, up: boolean): TargetState =>
  !registered ? 'initial' : up ? 'healthy' : 'unhealthy';

const sameWeights = (a: Weights, b: Weights): boolean =>
  Object.keys(a).length === Object.keys(b).length && Object.entries(a).every(([group, weight]) => b[group] === weight);
