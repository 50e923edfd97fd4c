import { SIDES, SYMBOLS } from './market';
import { ownDocument } from '../../lib/shell/local/own-document';
import { mapOf, text as anyText, whole } from '../../lib/contract/shape';

const ASKED = ownDocument('shape asked for', mapOf(anyText, whole));

/** Levels of the order book that are told of each symbol and side. */
export const DEPTH = 50;
/** Alerts that only wait, so that drills can see whether a timer begins anew. */
export const WAITING_ALERTS = 20;
/** What a drill can ask for at most: more would be no target's mistake but an end of this process. */
const MOST = { depth: 10_000, orders: 200_000, waiting: 1, storm: 10_000 } as const;
/** A new order comes into the exploding metric so often, and the oldest leaves it. */
const ORDERS_PER_SECOND = 20;

/** How much is exposed: `depth` levels; a series for each of so many `orders`, and of alerts in a `storm`; whether the waiting alerts wait. */
export type Shape = Readonly<Record<keyof typeof MOST, number>>;

/** null when it is no shape; what is left out stays as it is. */
export function parseShape(text: string, now: Shape): Shape | null {
  try {
    const asked = ASKED.parse(text, 'the request');
    const sound = Object.entries(asked).every(([name, n]) => name in MOST && n <= MOST[name as keyof Shape]);
    return sound ? { ...now, ...asked } : null;
  } catch {
    return null; // told to the caller as 400
  }
}

/**
 * The part of what the engine exposes that can grow: the order book, as deep as it is asked for; and, in the DuckDB
 * exporter, the mistake that everybody makes once: a label for each order. Rendered by hand, once a second at most:
 * what is measured is Prometheus, and not how this process makes text.
 */
export class Exposition {
  shape: Shape = { depth: DEPTH, orders: 0, waiting: 0, storm: 0 };
  private cached = { key: '', text: '' };

  /** Beside the engine's own metrics. */
  book(now: number): string {
    const second = Math.floor(now / 1000);
    const { depth, waiting, storm } = this.shape;
    return this.once(`${second} ${depth} ${waiting} ${storm}`, () => {
      const levels = SYMBOLS.flatMap((symbol) =>
        SIDES.flatMap((side) =>
          Array.from({ length: depth }, (_, i) => ({ labels: `symbol="${symbol}",side="${side}",level="${i}"`, i })),
        ),
      );
      return [
        '# TYPE trade_engine_depth_quantity gauge',
        ...levels.map(({ labels, i }) => `trade_engine_depth_quantity{${labels}} ${1 + ((second * 7 + i * 13) % 97)}`),
        '# TYPE trade_engine_depth_price_offset gauge',
        ...levels.map(({ labels, i }) => `trade_engine_depth_price_offset{${labels}} ${i + (second % 5) / 10}`),
        '# TYPE trade_engine_drill_waiting gauge',
        ...Array.from({ length: WAITING_ALERTS }, (_, n) => `trade_engine_drill_waiting{n="${n}"} ${waiting}`),
        ...Array.from({ length: storm }, (_, n) => `trade_engine_drill_storm{n="${n}"} 1`),
        '',
      ].join('\n');
    });
  }

  /** Beside what the DuckDB exporter measures. */
  explosion(now: number): string {
    const { orders } = this.shape;
    if (orders === 0) return '';
    const newest = Math.floor((now / 1000) * ORDERS_PER_SECOND);
    const lines = Array.from({ length: orders }, (_, i) => `duckdb_query_order_value{order_id="${newest - i}"} 1`);
    return ['# TYPE duckdb_query_order_value gauge', ...lines, ''].join('\n');
  }

  private once(key: string, render: () => string): string {
    if (this.cached.key !== key) this.cached = { key, text: render() };
    return this.cached.text;
  }
}
