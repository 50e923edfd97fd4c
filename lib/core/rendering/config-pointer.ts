import type { ConfigPointer } from '../../contract/documents/config';

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
  if (at !== null && before !== null && pointer.hash === current?.replaced && at - before < OLD_INPUT_MS)
    return stays(`it was replaced at ${iso(before)}: after a deploy EventBridge may send the old input for a while`);
  const replaced = current === null ? {} : { replaced: current.hash };
  const next = at === null ? pointer : { ...pointer, generation: at, ...replaced };
  return { next, because: current === null ? 'there was none' : `it replaces ${current.hash}` };
}

const isSame = (a: ConfigPointer, b: ConfigPointer): boolean =>
  a.hash === b.hash && a.key === b.key && a.bucket === b.bucket;

const iso = (ms: number): string => new Date(ms).toISOString();
