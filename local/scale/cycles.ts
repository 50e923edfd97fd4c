/**
 * Runs health-check's cycles as its handler does, every policy.probe.intervalMs, and tells its parent what each one took.
 * Bundled like the function itself, so that memory is the function's and not a compiler's.
 */
import { readdirSync } from 'node:fs';
import { NO_COUNTS, runCycle } from '../../lambdas/health-check/cycle';
import { readFunctionConfig } from '../../lambdas/shared/config';
import { connectControl } from '../../lambdas/shared/control';
import { everyInterval } from '../../lambdas/shared/loop';

/** One cycle, first to last. */
export interface CycleFigures {
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly rssMb: number;
  readonly openFiles: number;
  /** Nodes that missed no probe. */
  readonly healthy: number;
}

async function main(): Promise<void> {
  const config = readFunctionConfig(process.env);
  const control = connectControl(config);
  const { intervalMs } = config.policy.probe;
  const cycles = Number(process.argv[2]);
  const figures: CycleFigures[] = [];
  let most = 0;
  const look = setInterval(() => (most = Math.max(most, readdirSync('/proc/self/fd').length)), 20);
  let counts = NO_COUNTS;
  await everyInterval(intervalMs, cycles * intervalMs, async () => {
    const cpu = process.cpuUsage();
    const began = performance.now();
    counts = await runCycle(counts, control, config, 'scale');
    const { user, system } = process.cpuUsage(cpu);
    figures.push({
      wallMs: performance.now() - began,
      cpuMs: (user + system) / 1_000,
      rssMb: process.memoryUsage.rss() / 2 ** 20,
      openFiles: most,
      healthy: [...counts.nodes.values()].filter((count) => count.misses === 0).length,
    });
    most = 0;
  });
  clearInterval(look);
  process.send!(figures, () => process.exit(0));
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exit(1);
});
