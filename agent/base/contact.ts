import type { IsolationInput } from '../../lib/core/failover/isolation';

/** When this node was last in touch with others: fail-over writes it. */
export class Contact implements Pick<IsolationInput, 'storeReadAt' | 'peerAnsweredAt'> {
  storeReadAt: number | null = null;
  peerAnsweredAt: number | null = null;
  /** Asks fail-over to read the control bucket at once: what was read last is too old for a decision. */
  askForRead: () => void = () => {};
}
