import type { NodeId } from '../../contract/documents/assignment';
import type { BundleAddress, ConfigPointer } from '../../contract/documents/config';

/** The configuration that was deployed last, as far as an event of the schedule knows. */
export interface CarriedPointer {
  readonly pointer: ConfigPointer;
  /** When EventBridge made the event, ms since the Unix epoch; null: a schedule of an earlier version does not say. */
  readonly at: number | null;
}

/** EventBridge's clock and that of a function; what is from further in the future would keep every later one out. */
const MAX_AHEAD_MS = 60_000;

/**
 * EventBridge may send the input of before for a moment after a deploy, with the time of now (its guide, PutTargets: "allow a
 * short period of time for changes to take effect"). Who really deploys again what he replaced a minute ago waits for so long.
 */
const OLD_INPUT_MS = 120_000;

/**
 * What the pointer shall be; `next` null: it stays. Events are overtaken: one may be handed out, or its function go on, after
 * the next deploy. One clock puts them in order, so that what was replaced does not come back, and what is deployed again does.
 * `because` null: there is nothing to say.
 */
export function nextPointer(
  current: ConfigPointer | null,
  { pointer, at }: CarriedPointer,
  now: number,
): { readonly next: ConfigPointer | null; readonly because: string | null } {
  const stays = (because: string | null) => ({ next: null, because });
  if (current !== null && isSame(current, pointer)) return stays(null);
  const before = current?.generation ?? null;
  if (at === null && before !== null)
    return stays('the event does not say when it was made, and what stands there does');
  if (at !== null && at > now + MAX_AHEAD_MS) return stays(`the event is from the future: ${iso(at)}`);
  if (at !== null && before !== null && at <= before)
    return stays(`the event is of ${iso(at)}, and that of ${iso(before)} has been heard`);
  // While that is refused, nodes run what was replaced anyway.
  const isOld = at !== null && before !== null && at - before < OLD_INPUT_MS && current?.refused === undefined;
  if (isOld && pointer.hash === current?.replaced)
    return stays(`it was replaced at ${iso(before)}: after a deploy EventBridge may send the old input for a while`);
  const replaced = current === null ? {} : { replaced: current.hash };
  const ordered = at === null ? pointer : { ...pointer, generation: at, ...replaced };
  const next = { ...ordered, ...knownGood(current, pointer, now) };
  return { next, because: current === null ? 'there was none' : `it replaces ${current.hash}` };
}

/** What was good before is good again, without a trial; for anything else it is what nodes go back to. */
function knownGood(current: ConfigPointer | null, next: ConfigPointer, now: number): Partial<ConfigPointer> {
  const lastGood = current === null ? undefined : goodOf(current);
  if (lastGood === undefined) return {};
  return isSame(lastGood, next) ? { goodAt: now } : { lastGood };
}

/** What is known to be good while this one stands there. */
function goodOf({ bucket, key, hash, goodAt, lastGood, refused }: ConfigPointer): BundleAddress | undefined {
  return goodAt !== undefined && refused === undefined ? { bucket, key, hash } : lastGood;
}

/** What a node says of its configuration. */
export interface ConfigVerdict {
  readonly node: NodeId;
  /** Its gate is open. */
  readonly alerts: boolean;
  readonly hash: string | null;
  /** It has been well with that for as long as it has to be. */
  readonly well: boolean;
  readonly refused: { readonly hash: string; readonly because: string } | null;
}

/** Nodes of other shards had so many times the period of a trial to say that they refuse it. */
const PERIODS = 5;

/**
 * What becomes of the pointer by what nodes of one shard say; null: nothing. Any node's refusal counts, until it is known to be good:
 * what runs everywhere is not taken away by one node's word. Shard 0 says when that is.
 */
export function judgedPointer(
  current: ConfigPointer,
  shard: number,
  verdicts: readonly ConfigVerdict[],
  wellMs: number,
  now: number,
): ConfigPointer | null {
  const { hash, generation = -Infinity, goodAt, refused } = current;
  if (goodAt !== undefined || refused !== undefined) return null;
  const against = verdicts.find((v) => v.refused?.hash === hash);
  if (against !== undefined)
    return { ...current, refused: { by: against.node, because: against.refused!.because, at: now } };
  const alerting = verdicts.filter(({ alerts }) => alerts);
  const isGood = alerting.length > 0 && alerting.every((v) => v.hash === hash && v.well);
  return shard === 0 && isGood && now - generation >= PERIODS * wellMs ? { ...current, goodAt: now } : null;
}

const isSame = (a: BundleAddress, b: BundleAddress): boolean =>
  a.hash === b.hash && a.key === b.key && a.bucket === b.bucket;

const iso = (ms: number): string => new Date(ms).toISOString();
