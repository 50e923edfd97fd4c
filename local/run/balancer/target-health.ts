import type { TargetState } from './late';

/** Target group → target's id → state. */
export type TargetHealth = Readonly<Record<string, Readonly<Record<string, TargetState>>>>;

/** As DescribeTargetHealth of the emulator answers from now on. @throws while it does not answer */
export async function tellTargetHealth(endpoint: string, health: TargetHealth): Promise<void> {
  const body = JSON.stringify(health);
  await fetch(`${endpoint}/_promha/target-health`, { method: 'POST', body, signal: AbortSignal.timeout(1_000) });
}
