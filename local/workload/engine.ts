import { randomUUID } from 'node:crypto';
import type { EngineMetrics } from './engine-metrics';
import type { FillStore } from './fills';
import { MAX_QUANTITY, orderMaker, type Order } from './market';
import type { OrderQueue } from './queue';

export type EngineLog = (level: 'info' | 'error', event: string, details?: Record<string, unknown>) => void;

export interface Engine {
  /** Ends after the order in hand. */
  stop(): Promise<void>;
}

const PAUSE_AFTER_ERROR_MS = 200;
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Makes orders at a steady rate and fills them, until stopped. An outage of Redis or DuckDB is counted, not fatal. */
export async function startEngine(
  queue: OrderQueue,
  fills: FillStore,
  metrics: EngineMetrics,
  ordersPerSecond: number,
  log: EngineLog,
): Promise<Engine> {
  const positions = await fills.positions();
  for (const [symbol, position] of positions) metrics.position.set({ symbol }, position);
  const makeOrder = orderMaker(Math.random);
  let stopped = false;
  let recovered = false;

  async function make(): Promise<void> {
    const order = makeOrder(randomUUID(), Date.now(), positions);
    try {
      await queue.put(order);
      metrics.orders.inc({ symbol: order.symbol, side: order.side });
      metrics.queueDepth.set(await queue.depth());
    } catch {
      // The queue itself tells why, once per outage.
      metrics.errors.inc({ dependency: 'redis' });
    }
  }

  async function fill(order: Order): Promise<boolean> {
    if (order.quantity > MAX_QUANTITY) {
      metrics.rejects.inc();
      return false;
    }
    const now = Date.now();
    if (!(await fills.store(order, now))) return true;
    const { symbol } = order;
    const position = (positions.get(symbol) ?? 0) + (order.side === 'buy' ? order.quantity : -order.quantity);
    positions.set(symbol, position);
    metrics.position.set({ symbol }, position);
    metrics.fills.inc({ symbol });
    metrics.latency.observe((Date.now() - order.madeAt) / 1_000);
    return true;
  }

  async function work(): Promise<void> {
    while (!stopped) {
      let dependency = 'redis';
      try {
        if (!recovered) await queue.recover();
        recovered = true;
        const taken = await queue.take();
        if (taken === null) continue;
        dependency = 'duckdb';
        const filled = await fill(taken.order);
        dependency = 'redis';
        await queue.finish(taken.raw, filled);
      } catch (error) {
        // The order stays in the working list; recover() brings it back, and storing it twice is harmless.
        recovered = false;
        metrics.errors.inc({ dependency });
        if (dependency === 'duckdb') log('error', 'fill-not-stored', { reason: (error as Error).message });
        await sleep(PAUSE_AFTER_ERROR_MS);
      }
    }
  }

  const timer = setInterval(() => void make(), 1_000 / ordersPerSecond);
  const working = work();
  return {
    async stop() {
      stopped = true;
      clearInterval(timer);
      await working;
    },
  };
}
