import type { PostedAlert } from '../../contract/documents/alerts';
import { fingerprint, hasEnded, type GateState } from './gate';
import { isRepeated, STORM, type Repeats, type TakenAlert } from './unsent';
import { isWatchdog } from './watchdog';

/**
 * Alerts that the Alertmanagers were told to fire, and that the Prometheus of the node that alerts now does not fire yet: its
 * `for` began anew, or it never knew what `keep_firing_for` keeps. Nobody has established that they ended, so they are sent on.
 */

type Labels = Readonly<Record<string, string>>;

/** One that an Alertmanager has. Times in ms since the Unix epoch. */
export interface KnownAlert extends TakenAlert {
  readonly labels: Labels;
  /** When it was posted last. */
  readonly updatedAt: number;
  /** As it can be posted again. */
  readonly alert: PostedAlert;
}

/** What own Prometheus says of one of its alerting rules. */
export interface RuleState {
  readonly name: string;
  /** Of the rule itself; templates in them are not filled in. */
  readonly labels: Labels;
  readonly keepFiringForMs: number;
  /** false: not since Prometheus was started. */
  readonly evaluated: boolean;
  /** Labels of what is pending or fires, without the external ones. */
  readonly alerts: readonly Labels[];
}

/** By fingerprint, when somebody else posted it last, ms since the Unix epoch. */
export type Carried = ReadonlyMap<string, number>;

/** What own Prometheus does not say to fire, or to have ended, in its last posts. `carried`: what this node sends on already. */
export function unknownHere(
  known: readonly KnownAlert[],
  { held }: Pick<GateState, 'held'>,
  carried: Carried,
  repeats: Repeats,
  now: number,
): KnownAlert[] {
  const latest = new Map<string, KnownAlert>();
  for (const one of known) {
    if (one.endsAt > now && !isWatchdog(one.labels) && one.endsAt > (latest.get(one.key)?.endsAt ?? 0))
      latest.set(one.key, one);
  }
  if (latest.size > STORM) return [];
  return [...latest].flatMap(([key, one]) => {
    const h = held.get(key);
    const isKnown = h !== undefined && (hasEnded(h) || isRepeated(h, repeats, now));
    return isKnown && !carried.has(key) ? [] : [one];
  });
}

/**
 * Which of them are sent on: what own Prometheus has pending, what a rule may keep firing, and what it has not looked at
 * since it was started. `rules` null: it does not answer, so it knows of none that it is over.
 */
export function isCarried(
  rules: readonly RuleState[] | null,
  carried: Carried,
  now: number,
): (unknown: KnownAlert) => boolean {
  if (rules === null) return () => true;
  const byName = new Map<string, ReturnType<typeof mayFire>[]>();
  for (const rule of rules) byName.set(rule.name, [...(byName.get(rule.name) ?? []), mayFire(rule)]);
  return ({ key, labels, updatedAt }) => {
    const postedAt = carried.get(key) ?? updatedAt;
    return byName.get(labels.alertname ?? '')?.some((may) => may(labels, now - postedAt)) ?? false;
  };
}

/** Whether an alert with these labels, posted last so many ms ago, may fire by the rule. */
function mayFire(rule: RuleState): (labels: Labels, agoMs: number) => boolean {
  // By the names of their labels: those of one rule mostly have the same.
  const groups = new Map<string, { names: string[]; keys: Set<string> }>();
  for (const labels of rule.alerts) {
    const names = Object.keys(labels).sort();
    const group = groups.get(names.join('\n')) ?? { names, keys: new Set() };
    groups.set(names.join('\n'), group);
    group.keys.add(fingerprint(labels));
  }
  const fits = (labels: Labels): boolean =>
    Object.entries(rule.labels).every(([name, value]) => value.includes('{{') || labels[name] === value);
  const active = (labels: Labels): boolean =>
    [...groups.values()].some(({ names, keys }) => {
      const own = names.flatMap((name) => (labels[name] === undefined ? [] : [[name, labels[name]] as const]));
      return own.length === names.length && keys.has(fingerprint(Object.fromEntries(own)));
    });
  return (labels, agoMs) => fits(labels) && (!rule.evaluated || agoMs < rule.keepFiringForMs || active(labels));
}
