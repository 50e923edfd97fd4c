import type { Assignment } from '../../contract/documents/assignment';
import type { LoadPolicy } from '../../contract/documents/settings';
import { decideProfile, loadShare, type NodeLoad } from '../../core/load/shed';
import type { ControlStore } from './store';

export interface ShedDeps {
  readonly store: Pick<ControlStore, 'readAssignment' | 'writeAssignment'>;
  /** What the nodes that answer say of their load in this profile. */
  readonly loads: (profile: Assignment['scrapeProfile']) => Promise<readonly NodeLoad[]>;
  readonly scrapeInterval: string;
  readonly policy: LoadPolicy;
  readonly now: () => number;
}

export interface ShedOutcome {
  readonly acted: boolean;
  /** One sentence. */
  readonly because: string;
  /** As it now stands; null when there is none. */
  readonly assignment: Assignment | null;
  /** How much of the nearest limit is used; null when no node tells. */
  readonly share: number | null;
}

const MAX_LOST = 3;

/**
 * Reads the load, decides by the core, writes by compare-and-swap. Whoever loses the race reads again: the decision was
 * made of a document that stands no more. @throws when the store does not answer
 */
export async function shed({ store, loads, scrapeInterval, policy, now }: ShedDeps): Promise<ShedOutcome> {
  for (let lost = 0; ;) {
    const current = await store.readAssignment();
    const assignment = current?.assignment ?? null;
    const read = assignment === null ? [] : await loads(assignment.scrapeProfile);
    const share = loadShare({ loads: read, policy });
    const decision = decideProfile({ assignment, loads: read, scrapeInterval, policy }, now());
    if (decision.kind === 'none') return { acted: false, because: decision.because, assignment, share };
    if ((await store.writeAssignment(decision.next, current!.etag)) === 'written') {
      return { acted: true, because: decision.because, assignment: decision.next, share };
    }
    lost += 1;
    if (lost === MAX_LOST) {
      return {
        acted: false,
        because: `Lost ${lost} races to other writers; the next call decides.`,
        assignment,
        share,
      };
    }
  }
}
