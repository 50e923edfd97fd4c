import type { Measurements } from '../../contract/check';

/** One look at the way of queries, ms since the Unix epoch. */
export interface WayLook {
  readonly at: number;
  /** Where the listener points, by the API; null: not known. */
  readonly route: 'thanos' | 'nodes' | 'other' | null;
  /** A query through the load balancer was answered. */
  readonly answered: boolean;
  /** Why it was not; null: it was. */
  readonly why: string | null;
}

/** When tasks were ordered away and back; null: not yet. */
export interface WayOrders {
  readonly awayAt: number;
  readonly backAt: number | null;
}

const seconds = (ms: number | null): number | null => (ms === null ? null : ms / 1000);

/** Of looks in the order of time. Durations in s; null: it did not come. */
export function fallbackMeasured(looks: readonly WayLook[], { awayAt, backAt }: WayOrders): Measurements {
  const end = backAt ?? Infinity;
  const away = looks.filter(({ at }) => at >= awayAt && at < end);
  const back = looks.filter(({ at }) => at >= end);
  const first = (all: readonly WayLook[], since: number, found: (look: WayLook) => boolean): number | null => {
    const look = all.find(found);
    return look === undefined ? null : look.at - since;
  };
  return {
    fellBack: seconds(first(away, awayAt, ({ route }) => route === 'nodes')),
    answeredByNodes: seconds(first(away, awayAt, isAnsweredBy('nodes'))),
    unanswered: seconds(longestSilenceMs(away)),
    returned: seconds(first(back, end, isAnsweredBy('thanos'))),
    unansweredOnReturn: seconds(longestSilenceMs(back)),
  };
}

export const isAnsweredBy =
  (route: 'thanos' | 'nodes') =>
  (look: WayLook): boolean =>
    look.route === route && look.answered;

/** When there was no answer, and why; a sentence for each stretch. */
export function silences(looks: readonly WayLook[]): string[] {
  const time = (at: number): string => new Date(at).toISOString().slice(11, 19);
  return looks.flatMap((look, i) => {
    if (look.answered || looks[i - 1]?.answered === false) return [];
    const rest = looks.slice(i);
    const next = rest.find(({ answered }) => answered);
    const until = next === undefined ? 'the end' : time(next.at);
    return [
      `No answer from ${time(look.at)} to ${until} UTC, the listener pointing at ${look.route ?? '?'}: ${look.why}.`,
    ];
  });
}

/** From one answer to the next, or to the last look; null without any look. */
function longestSilenceMs(looks: readonly WayLook[]): number | null {
  const [begin] = looks;
  if (begin === undefined) return null;
  let longest = 0;
  let answeredAt = begin.at;
  for (const { at, answered } of looks) {
    longest = Math.max(longest, at - answeredAt);
    if (answered) answeredAt = at;
  }
  return longest;
}
