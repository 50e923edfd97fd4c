import { tellEmulator } from '../deploy/orders';
import type { TargetState } from './late';

/** Target group → target's id → state. */
export type TargetHealth = Readonly<Record<string, Readonly<Record<string, TargetState>>>>;

/** As DescribeTargetHealth of the emulator answers from now on. @throws while it does not answer */
export const tellTargetHealth = (endpoint: string, health: TargetHealth): Promise<void> =>
  tellEmulator(endpoint, 'target-health', health);
