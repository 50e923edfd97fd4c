/** What the trade engine trades: three symbols whose prices wander. */
export const SYMBOLS = ['BTC-USD', 'ETH-USD', 'SOL-USD'] as const;
export type Symbol = (typeof SYMBOLS)[number];
export const SIDES = ['buy', 'sell'] as const;
export type OrderSide = (typeof SIDES)[number];

export interface Order {
  readonly id: string;
  readonly symbol: Symbol;
  readonly side: OrderSide;
  readonly quantity: number;
  readonly price: number;
  /** ms since the Unix epoch. */
  readonly madeAt: number;
}

/** Orders above this are refused by the risk check. */
export const MAX_QUANTITY = 100;

/** Makes orders that look alive and keep every position near zero. `random` in [0, 1). */
export function orderMaker(
  random: () => number,
): (id: string, now: number, positions: ReadonlyMap<string, number>) => Order {
  const prices = new Map<Symbol, number>([
    ['BTC-USD', 60_000],
    ['ETH-USD', 3_000],
    ['SOL-USD', 150],
  ]);
  return (id, now, positions) => {
    const symbol = SYMBOLS[Math.floor(random() * SYMBOLS.length)]!;
    const price = prices.get(symbol)! * (1 + (random() - 0.5) / 1_000);
    prices.set(symbol, price);
    // The larger the position, the likelier an order against it.
    const buyLikelihood = 0.5 - Math.max(-0.4, Math.min(0.4, (positions.get(symbol) ?? 0) / 2_000));
    // About one in fifty is too large.
    const quantity = random() < 0.02 ? MAX_QUANTITY + 1 : 1 + Math.floor(random() * MAX_QUANTITY);
    return { id, symbol, side: random() < buyLikelihood ? 'buy' : 'sell', quantity, price, madeAt: now };
  };
}
