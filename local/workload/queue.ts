import { createClient } from 'redis';
import { SIDES, SYMBOLS, type Order } from './market';
import { ownDocument } from '../../lib/shell/local/own-document';
import { fields, number, oneOf, text } from '../../lib/contract/shape';

const ORDER = ownDocument(
  'order',
  fields({
    id: text,
    symbol: oneOf(...SYMBOLS),
    side: oneOf(...SIDES),
    quantity: number,
    price: number,
    madeAt: number,
  }),
);

const ORDERS = 'trade:orders';
/** Taken but not yet finished: what is here after a crash was never filled, or not yet told. */
const WORKING = 'trade:working';
const FILLS = 'trade:fills';

export interface OrderQueue {
  put(order: Order): Promise<void>;
  /** The next order, null when none came within a second. */
  take(): Promise<{ readonly order: Order; readonly raw: string } | null>;
  /** Done with it: filled (told in the stream of fills) or rejected. */
  finish(raw: string, filled: boolean): Promise<void>;
  depth(): Promise<number>;
  /** Orders that a crash or an outage left half done come back into the queue. */
  recover(): Promise<void>;
  close(): void;
}

export interface QueueEvents {
  readonly connected: () => void;
  /** Once per attempt to connect that failed. */
  readonly failed: (error: Error) => void;
}

/** Orders in a Redis list, fills in a Redis stream. Reconnects by itself; calls fail at once while Redis is away. */
export function openQueue(url: string, events: QueueEvents): OrderQueue {
  const options = {
    url,
    disableOfflineQueue: true,
    socket: { connectTimeout: 2_000, reconnectStrategy: (retries: number) => Math.min(100 * 2 ** retries, 1_000) },
  };
  const client = createClient(options);
  // take() blocks its connection.
  const taker = createClient(options);
  client.on('ready', events.connected);
  for (const each of [client, taker]) {
    each.on('error', events.failed);
    // It goes on trying, and 'error' tells of each failure; this promise waits for the first success.
    each.connect().catch(events.failed);
  }
  return {
    async put(order) {
      await client.rPush(ORDERS, JSON.stringify(order));
    },
    async take() {
      const raw = await taker.blMove(ORDERS, WORKING, 'LEFT', 'RIGHT', 1);
      return raw === null ? null : { raw, order: ORDER.parse(raw, WORKING) };
    },
    async finish(raw, filled) {
      const transaction = client.multi().lRem(WORKING, 1, raw);
      if (filled)
        transaction.xAdd(
          FILLS,
          '*',
          { order: raw },
          { TRIM: { strategy: 'MAXLEN', strategyModifier: '~', threshold: 1_000 } },
        );
      await transaction.exec();
    },
    depth: () => client.lLen(ORDERS),
    async recover() {
      while ((await client.lMove(WORKING, ORDERS, 'RIGHT', 'LEFT')) !== null);
    },
    close() {
      client.destroy();
      taker.destroy();
    },
  };
}
