import { check, type Check, type Measurements } from '../../contract/check';

/** The parts of `promha smoke`, in the order in which they are done. */
export const SMOKE_STEPS = ['alarm', 'failover', 'restore', 'fallback', 'audit'] as const;
export type SmokeStep = (typeof SMOKE_STEPS)[number];

interface SmokeLimit {
  readonly rule: Check['rule'];
  readonly limit: number;
  readonly unit: string;
  /** For a person. */
  readonly meaning: string;
}
const line =
  (rule: SmokeLimit['rule']) =>
  (limit: number, unit: string, meaning: string): SmokeLimit => ({ rule, limit, unit, meaning });
const most = line('at most');
const least = line('at least');
const exactly = line('exactly');

/** What each part measures, and all of the limits. */
export const SMOKE_LIMITS: Readonly<Record<SmokeStep, Readonly<Record<string, SmokeLimit>>>> = {
  alarm: {
    topicTold: most(60, 's', 'alarm set → CloudWatch published to the topic'),
    topicRefused: exactly(0, '', 'topics that refused what CloudWatch published'),
    subscribed: least(1, '', 'confirmed subscriptions of the topic'),
    delivered: least(1, '', 'notifications that SNS delivered'),
    // Only where somebody was asked.
    mailArrived: exactly(1, '', 'somebody says that the mail arrived'),
  },
  failover: {
    // The order goes through Systems Manager, which takes its seconds.
    accepted: most(30, 's', "order to kill Prometheus → another node's alerts accepted by an Alertmanager"),
    failoverWell: most(180, 's', 'the same → all is well again'),
    epochs: exactly(1, '', 'changes of the assignment'),
    gatesOpen: exactly(1, '', 'nodes that alert at the end'),
  },
  restore: {
    restored: most(900, 's', 'volume made of a snapshot → a node has mounted, read and opened it'),
    restoredGood: exactly(1, '', 'it found the samples of the last minutes before the snapshot'),
    volumesLeft: exactly(0, '', 'volumes left over'),
  },
  fallback: {
    fellBack: most(90, 's', 'query tasks ordered away → the listener points at the nodes'),
    answeredByNodes: most(300, 's', 'the same → a node answers through the load balancer'),
    // The last task drains while the listener changes, which takes an NLB more than a minute.
    unanswered: most(150, 's', 'longest time without an answer'),
    returned: most(900, 's', 'query tasks ordered back → the listener points at Thanos, and queries are answered'),
    unansweredOnReturn: most(15, 's', 'longest time without an answer on the way back'),
  },
  audit: {
    targets: least(1, '', 'targets that were looked at'),
    samplesLost: exactly(0, '', 'samples that no replica has'),
    // Penalty deduplication passes over up to two scrapes where a replica stopped (docs/decisions/0016).
    passedOver: most(2, '', 'of one series, at worst, that a deduplicated query passes over'),
    notLookedAt: exactly(0, '', 'parts that could not be looked at'),
  },
};

const ALL = new Map(Object.values(SMOKE_LIMITS).flatMap(Object.entries<SmokeLimit>));

/** Unit and meaning of a measurement. */
export const smokeLimit = (name: string): SmokeLimit => ALL.get(name)!;

/** What was measured of a part, against its limits; what was not measured fails. Mail is judged where somebody was asked. */
export function judgeStep(step: SmokeStep, seen: Measurements, asked: boolean): Check[] {
  return Object.entries(SMOKE_LIMITS[step])
    .filter(([name]) => asked || name !== 'mailArrived')
    .map(([name, { rule, limit, unit }]) => check(name, seen[name] ?? null, rule, limit, unit));
}
