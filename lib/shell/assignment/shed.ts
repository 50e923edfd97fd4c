import type { Assignment } from '../../contract/documents/assignment';
import type { LoadPolicy } from '../../contract/documents/settings';
import { decideProfile, loadShare, type NodeLoad } from '../../core/load/shed';
import type { ControlStore } from './store';
import { swappableAssignment } from './swappable';
import { updateByCas, type CasDecision } from './update-by-cas';

export interface ShedDeps {
  readonly store: Pick<ControlStore, 'readAssignment' | 'writeAssignment'>;
  /** What the nodes that answer say of their load. */
  readonly loads: (assignment: Assignment) => Promise<readonly NodeLoad[]>;
  readonly droppable: boolean;
  readonly policy: LoadPolicy;
  readonly now: () => number;
}

export interface ShedOutcome {
  readonly acted: boolean;
  /** One sentence. */
  readonly because: string;
  /** As it now stands; null when there is none. */
  readonly assignment: Assignment | null;
  /** How much of the nearest limit is used; null when no node says. */
  readonly share: number | null;
}

const MAX_LOST = 3;

/**
 * Reads the load, decides by the core, writes by compare-and-swap. Whoever loses the race reads again: the decision was
 * made of a document that stands no more. @throws when the store does not answer
 */
export async function shed({ store, loads, droppable, policy, now }: ShedDeps): Promise<ShedOutcome> {
  let share: number | null = null;
  const decide = async (assignment: Assignment | null): Promise<CasDecision<Assignment, ShedOutcome>> => {
    const read = assignment === null ? [] : await loads(assignment);
    share = loadShare({ loads: read, policy });
    const decision = decideProfile({ assignment, loads: read, droppable, policy }, now());
    const { because } = decision;
    if (decision.kind === 'none') return { kind: 'done', result: { acted: false, because, assignment, share } };
    return {
      kind: 'write',
      next: decision.next,
      result: { acted: true, because, assignment: decision.next, share },
    };
  };
  const outcome = await updateByCas(swappableAssignment(store), decide, { mostLost: MAX_LOST });
  if (outcome.kind !== 'lost') return outcome.result;
  const because = `Lost ${outcome.times} races to other writers; the next call decides.`;
  return { acted: false, because, assignment: outcome.current, share };
}
