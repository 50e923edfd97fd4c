import type { Finding } from './corruption';
import type { Inventory } from '../../contract/documents/agent/inventory';
import { planRepairs, type RepairStep } from './repair-steps';

/** What came of the steps that were carried out before this start, in order: null, or why one failed. */
export type Climbed = readonly (string | null)[];

/**
 * The next thing to do before Prometheus is started. `start`: what is left needs nobody before the start. `repair`: the
 * corrupted part is quarantined and the rest kept. `ask-volume`: nothing on this volume helps, a new one made from a
 * snapshot may; `startMeanwhile` says whether a start would do no harm until it comes. The alarm rings, and the next
 * attempt begins anew.
 */
export type RecoveryStep =
  | { readonly do: 'start'; readonly because: string }
  | { readonly do: 'repair'; readonly steps: readonly RepairStep[]; readonly because: string }
  | { readonly do: 'ask-volume'; readonly startMeanwhile: boolean; readonly because: string };

/** A repair can uncover corruption behind the first one, such as a gap in a segment's place; more often is no progress. */
const MOST_REPAIRS = 3;

/**
 * The recovery plan before a start, cheapest step first. When repairs do not help, everything that is not in blocks is
 * quarantined and Prometheus starts with the blocks: a node with a gap serves, one that cannot start does not.
 */
export function nextRecoveryStep(findings: readonly Finding[], inventory: Inventory, climbed: Climbed): RecoveryStep {
  const steps = planRepairs(findings, inventory);
  if (steps.length === 0) return startOrAsk(findings);
  if (climbed.length < MOST_REPAIRS) return { do: 'repair', steps, because: summary(findings) };
  // A block that cannot be quarantined is no reason to part with the head.
  if (climbed.length === MOST_REPAIRS && steps.some((step) => !('ulid' in step))) {
    const because = `${MOST_REPAIRS} repairs did not help${why(climbed)}: everything but the blocks is quarantined`;
    return { do: 'repair', steps: [{ do: 'quarantine-head', because }], because };
  }
  return startOrAsk(findings, why(climbed));
}

function startOrAsk(findings: readonly Finding[], failures = ''): RecoveryStep {
  const destroys = findings.find((finding) => finding.ifStarted === 'destroys');
  if (destroys !== undefined) {
    const because = `${destroys.says}, and no repair helped${failures}`;
    return { do: 'ask-volume', startMeanwhile: false, because };
  }
  // It exits by itself where it cannot read: trying does no harm, and the file may be one that it needs no more.
  const refuses = findings.find((finding) => finding.ifStarted === 'refuses');
  if (refuses !== undefined) {
    return {
      do: 'ask-volume',
      startMeanwhile: true,
      because: `${refuses.says}, and nothing here repairs it${failures}`,
    };
  }
  return { do: 'start', because: findings.length === 0 ? 'nothing is corrupted' : summary(findings) };
}

function why(climbed: Climbed): string {
  const failure = climbed.findLast((outcome) => outcome !== null);
  return failure === undefined || failure === null ? '' : ` (${failure})`;
}

function summary(findings: readonly Finding[]): string {
  const [first, ...rest] = findings;
  return `${first?.says ?? ''}${rest.length > 0 ? `; and ${rest.length} more` : ''}`;
}
