import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { SIDES, SYMBOLS } from './market';

/** Alerts that drills make pending, firing and resolving at will, by POST /drill. */
export const DRILL_ALERT_NAMES = ['immediate', 'for5s', 'for30s', 'kept'] as const;

export type EngineMetrics = ReturnType<typeof engineMetrics>;

export function engineMetrics() {
  const registry = new Registry();
  const registers = [registry];
  const drillRegistry = new Registry();
  const metrics = {
    registry,
    /** What drills move. */
    drillRegistry,
    orders: new Counter({
      name: 'trade_engine_orders_total',
      help: 'Orders that Redis accepted.',
      labelNames: ['symbol', 'side'],
      registers,
    }),
    fills: new Counter({
      name: 'trade_engine_fills_total',
      help: 'Orders filled and stored.',
      labelNames: ['symbol'],
      registers,
    }),
    rejects: new Counter({ name: 'trade_engine_rejects_total', help: 'Orders refused by the risk check.', registers }),
    errors: new Counter({
      name: 'trade_engine_errors_total',
      help: 'Operations that failed, by what they needed.',
      labelNames: ['dependency'],
      registers,
    }),
    latency: new Histogram({
      name: 'trade_engine_order_latency_seconds',
      help: 'From making an order to its stored fill.',
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      registers,
    }),
    queueDepth: new Gauge({
      name: 'trade_engine_queue_depth',
      help: 'Orders waiting in Redis, at the last look.',
      registers,
    }),
    position: new Gauge({
      name: 'trade_engine_position',
      help: 'Bought minus sold.',
      labelNames: ['symbol'],
      registers,
    }),
    redisUp: new Gauge({ name: 'trade_engine_redis_up', help: 'Whether Redis is connected.', registers }),
    drill: new Gauge({
      name: 'trade_engine_drill',
      help: 'Set by drills to make an alert fire.',
      labelNames: ['alert'],
      registers: [drillRegistry],
    }),
  };
  // Series exist from the first scrape: rate() and alerts must not wait for a first event.
  for (const symbol of SYMBOLS) {
    metrics.fills.inc({ symbol }, 0);
    metrics.position.set({ symbol }, 0);
    for (const side of SIDES) metrics.orders.inc({ symbol, side }, 0);
  }
  for (const dependency of ['redis', 'duckdb']) metrics.errors.inc({ dependency }, 0);
  for (const alert of DRILL_ALERT_NAMES) metrics.drill.set({ alert }, 0);
  return metrics;
}
