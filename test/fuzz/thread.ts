import { getHeapStatistics } from 'node:v8';
import { parentPort, workerData } from 'node:worker_threads';
import * as fc from 'fast-check';
import { CurrentCase, shown, type HuntNews, type HuntOrder } from './shared';
import type { FuzzInput, FuzzTarget } from './target';
import { FUZZ_TARGETS } from './targets';

/** More than any case has a reason to take; buffers are not part of the heap that the thread is limited to. */
const MOST_BUFFERS = 96 * 2 ** 20;

async function hunt({ name, inputs, run }: FuzzTarget, order: HuntOrder, current: CurrentCase): Promise<HuntNews> {
  const property = fc.asyncProperty(inputs, async (input: FuzzInput) => {
    current.begin(input);
    const before = getHeapStatistics().external_memory;
    await run(input);
    const grown = getHeapStatistics().external_memory - before;
    if (grown > MOST_BUFFERS) throw new Error(`it took ${Math.round(grown / 2 ** 20)} MiB`);
  });
  const found = await fc.check(property, { numRuns: order.cases, seed: order.seed });
  const failure =
    found.counterexample === null ? null : { says: String(found.errorInstance), input: shown(found.counterexample[0]) };
  return { name, cases: found.numRuns, failure };
}

async function main(order: HuntOrder): Promise<void> {
  const current = new CurrentCase(order.memory);
  for (const name of order.names)
    parentPort!.postMessage(
      await hunt(
        FUZZ_TARGETS.find((target) => target.name === name)!,
        order,
        current,
      ),
    );
}

void main(workerData as HuntOrder);
