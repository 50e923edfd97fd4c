import { fingerprint } from '../alerts/gate';

type Labels = Readonly<Record<string, string>>;

/** An alert that fires or waits for its `for`; `since`: when that began, ISO 8601, where it is known. */
export interface SeenAlert {
  readonly labels: Labels;
  readonly since: string | null;
}

/** What either system would tell of now. */
interface BothSides {
  /** What the old Alertmanager has, silenced and inhibited alerts included. */
  readonly old: readonly SeenAlert[];
  readonly ours: { readonly firing: readonly SeenAlert[]; readonly pending: readonly SeenAlert[] };
  /** Names of the alerting rules here. */
  readonly rules: ReadonlySet<string>;
  /** Labels that mean nothing in a comparison: those that one of the systems puts onto all its alerts. */
  readonly without: readonly string[];
}

export interface Difference {
  readonly labels: Labels;
  readonly because: string;
}

export interface SystemsCompared {
  readonly same: number;
  readonly onlyOld: readonly Difference[];
  readonly onlyNew: readonly Difference[];
  /** Labels of all alerts on one side and of none on the other: probably to be left out. */
  readonly suspects: readonly string[];
}

/** Put onto all alerts by this cluster; the old system's, if any, meant another one. */
export const CLUSTER_LABEL = 'cluster';

/** Alert by alert, by their labels. */
export function compareAlerts({ old, ours, rules, without }: BothSides): SystemsCompared {
  const keyOf = ({ labels }: SeenAlert): string => fingerprint(comparable(labels, without));
  const byKey = (alerts: readonly SeenAlert[]): Map<string, SeenAlert> => new Map(alerts.map((a) => [keyOf(a), a]));
  const [theirs, firing] = [byKey(old), byKey(ours.firing)];
  const onlyOld = [...theirs].filter(([key]) => !firing.has(key)).map(([, alert]) => alert);
  const onlyNew = [...firing].filter(([key]) => !theirs.has(key)).map(([, alert]) => alert);
  // Without external labels: Prometheus puts these onto what it sends only.
  const isPending = ({ labels }: SeenAlert): SeenAlert | undefined =>
    ours.pending.find((one) => Object.entries(one.labels).every(([name, value]) => labels[name] === value));
  return {
    same: theirs.size - onlyOld.length,
    onlyOld: onlyOld.map((alert) => ({
      labels: alert.labels,
      because: whyNotHere(alert.labels, isPending(alert), rules, onlyNew),
    })),
    onlyNew: onlyNew.map(({ labels, since }) => ({
      labels,
      because:
        differs(labels, onlyOld, 'there') ??
        `the old one has no such alert; it fires here since ${since ?? 'some time'}`,
    })),
    suspects: suspects(old, ours.firing, without),
  };
}

/** What of its labels says which alert it is, on either side. */
export function comparable(labels: Labels, without: readonly string[]): Labels {
  const left = Object.entries(labels).filter(([name]) => name !== CLUSTER_LABEL && !without.includes(name));
  return Object.fromEntries(left);
}

function whyNotHere(
  labels: Labels,
  pending: SeenAlert | undefined,
  rules: ReadonlySet<string>,
  others: readonly SeenAlert[],
): string {
  if (pending !== undefined) return `pending here since ${pending.since ?? 'some time'}: its \`for\` is not over`;
  if (!rules.has(labels.alertname ?? '')) return 'no rule here has this name';
  return differs(labels, others, 'here') ?? 'its rule here does not find it';
}

/** The nearest alert of the same name that has no match either. */
function differs(labels: Labels, others: readonly SeenAlert[], where: string): string | null {
  const found = others
    .filter((other) => other.labels.alertname === labels.alertname)
    .map((other) => differencesOf(labels, other.labels))
    .sort((a, b) => a.length - b.length)[0];
  return found === undefined ? null : `with other labels ${where}: ${found.join(', ')}`;
}

function differencesOf(a: Labels, b: Labels): string[] {
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])].filter((name) => name !== CLUSTER_LABEL).sort();
  return names
    .filter((name) => a[name] !== b[name])
    .map((name) => (b[name] === undefined ? `no ${name}` : `${name}=${JSON.stringify(b[name])}`));
}

function suspects(old: readonly SeenAlert[], ours: readonly SeenAlert[], without: readonly string[]): string[] {
  const [first, mine] = [old[0], ours[0]];
  if (first === undefined || mine === undefined) return [];
  const onlyIn = (one: SeenAlert, alerts: readonly SeenAlert[], others: readonly SeenAlert[]): string[] =>
    Object.keys(one.labels).filter(
      (name) =>
        alerts.every(({ labels }) => labels[name] === one.labels[name]) && others.every((a) => !(name in a.labels)),
    );
  return [...onlyIn(first, old, ours), ...onlyIn(mine, ours, old)]
    .filter((name) => name !== CLUSTER_LABEL && !without.includes(name))
    .sort();
}
