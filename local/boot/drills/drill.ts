import type { Measurements } from '../../../lib/contract/check';
import type { BootWorld } from '../world/world';

/** A way in which one instance boots, really: cloud-init, systemd, the deployed user data and units. */
export interface BootDrill {
  readonly name: string;
  /** What happens, one line. */
  readonly what: string;
  /** Deployed with a mirror of artifacts, and the internet is not there. */
  readonly mirror?: true;
  readonly course: (world: BootWorld) => Promise<Measurements>;
}
