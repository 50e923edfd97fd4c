import type { Comparison } from './compare';
import type { GateTimes } from './gate-times';
import type { Measurements } from '../../../lib/contract/check';
import { SCRAPE_INTERVAL_MS } from '../../demo/demo';
import type { Scenario } from '../scenario';
import { DRILL_ALERTS } from '../test-bed';
import type { FaultRecord } from './watch';

/** Everything that a run brought to light. Moments in ms since the Unix epoch. */
export interface Evidence {
  readonly struckAt: number;
  readonly undoneAt: number;
  readonly seen: FaultRecord;
  /** When the assignment gave alerting away; null when it did not. */
  readonly assignedAt: number | null;
  readonly epochs: number;
  readonly oracleIncidents: number;
  readonly ours: Comparison;
  readonly plain: Comparison | null;
  readonly gates: GateTimes;
  /** When the hurt node's gate closed after the repair; null when it never did. */
  readonly healedGateClosedAt: number | null;
  /** Samples that no node has, by series. */
  readonly missing: ReadonlyMap<string, number>;
}

/** The numbers of a run, by name; times in seconds. null: it did not happen or could not be seen. */
export function measure(scenario: Scenario, e: Evidence): Measurements {
  const after = (at: number | null): number | null => (at === null ? null : seconds(at - e.struckAt));
  // Break-glass comes before the assignment, which it writes as soon as it can.
  const noticedAt = earliest(e.assignedAt, e.seen.brokeGlassAt);
  const noticed = after(noticedAt);
  const haproxy = after(e.seen.haproxyDownAt);
  const forTimer = e.ours.startsOff.get(DRILL_ALERTS.for30s);
  return {
    ...(scenario.takeover === 'none'
      ? {}
      : { noticed, gateOpened: after(e.seen.openedAt), accepted: after(e.seen.acceptedAt) }),
    ...(scenario.hurts === 'nobody' ? {} : { haproxyNoticed: haproxy }),
    ...(scenario.takeover === 'none'
      ? {}
      : { noticedToHaproxy: noticed === null || haproxy === null ? null : round(noticed / haproxy) }),
    epochs: e.epochs,
    oracleIncidents: e.oracleIncidents,
    missed: e.ours.missed,
    duplicates: e.ours.duplicates,
    falselyResolved: e.ours.falselyResolved,
    spurious: e.ours.spurious,
    ...(e.plain === null
      ? {}
      : {
          plainPairMissed: e.plain.missed,
          plainPairDuplicates: e.plain.duplicates,
          plainPairFalselyResolved: e.plain.falselyResolved,
          plainPairSpurious: e.plain.spurious,
          duplicatesBeyondPlainPair: Math.max(0, e.ours.duplicates - e.plain.duplicates),
          needlessBeyondPlainPair: Math.max(0, needless(e.ours) - needless(e.plain)),
        }),
    forTimerOff: forTimer === undefined ? null : seconds(forTimer),
    samplesMissing: [...e.missing.values()].reduce((sum, n) => sum + n, 0),
    ...(scenario.unscrapedS === undefined
      ? {}
      : { unscraped: seconds(Math.max(0, ...e.missing.values()) * SCRAPE_INTERVAL_MS) }),
    noGateOpen: seconds(e.gates.noneMs),
    severalGatesOpen: seconds(e.gates.severalMs),
    ...(scenario.gateOutlivesFault
      ? { healedGateClosed: e.healedGateClosedAt === null ? null : seconds(e.healedGateClosedAt - e.undoneAt) }
      : {}),
  };
}

/** Sent twice, or of what the oracle knows nothing of. */
const needless = ({ duplicates, spurious }: Comparison): number => duplicates + spurious;

function earliest(...times: (number | null)[]): number | null {
  const known = times.filter((t) => t !== null);
  return known.length === 0 ? null : Math.min(...known);
}

const seconds = (ms: number): number => round(ms / 1000);
const round = (value: number): number => Math.round(value * 1000) / 1000;
