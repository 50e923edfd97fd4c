import type { IsolationInput } from '../../lib/core/failover/isolation';

/** When this node was last in touch with others: fail-over writes it. */
export class Contact implements Pick<IsolationInput, 'storeReadAt' | 'peerAnsweredAt'> {
  storeReadAt: number | null = null;
  peerAnsweredAt: number | null = null;
  /** This node alerts without an assignment. Until that has ended, what it reads in the bucket does not say whether it should. */
  brokeGlass = false;
  /** Asks fail-over to read the control bucket at once: what was read last is too old for a decision. */
  askForRead: () => void = () => {};
}
