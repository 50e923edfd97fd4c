import type { PriceTable } from '../../contract/documents/price-table';
import { UserError } from '../../contract/errors';
import type { Origin, Plane, Quantity } from './item';

export interface CostItem {
  readonly name: string;
  readonly plane: Plane;
  /** A month, in the table's currency. */
  readonly amount: number;
  /** So many of `unit` a month. */
  readonly counted: number;
  readonly unit: string;
  /** For one of them. */
  readonly price: number;
  readonly from: Origin;
}

/** What `promha cost --json` prints. */
export interface CostReport {
  readonly currency: string;
  readonly monthly: { readonly controlPlane: number; readonly dataPlane: number };
  /** Dearest first. */
  readonly items: readonly CostItem[];
  /** List prices of that day and region; `counted`: the day of the run that the calls are from. */
  readonly prices: { readonly date: string; readonly region: string; readonly source: string };
  readonly counted: string;
}

/** Quantities of one name and rate together, priced. @throws UserError for an instance without a price */
export function costReport(quantities: readonly Quantity[], table: PriceTable, counted: string): CostReport {
  const { currency, date, region, source } = table;
  const together = new Map<string, Quantity>();
  for (const quantity of quantities) {
    const key = JSON.stringify([quantity.name, quantity.plane, quantity.rate]);
    const so = together.get(key)?.counted ?? 0;
    together.set(key, { ...quantity, counted: so + quantity.counted });
  }
  const items = [...together.values()]
    .filter((quantity) => quantity.counted > 0)
    .map(({ rate, ...rest }): CostItem => {
      const price = priceOf(rate, table);
      return { ...rest, price, amount: price * rest.counted };
    })
    .sort((a, b) => b.amount - a.amount);
  const of = (plane: Plane): number =>
    items.filter((item) => item.plane === plane).reduce((sum, item) => sum + item.amount, 0);
  return {
    currency,
    monthly: { controlPlane: of('control'), dataPlane: of('data') },
    items,
    prices: { date, region, source },
    counted,
  };
}

function priceOf(rate: Quantity['rate'], { rates, instanceHours, region }: PriceTable): number {
  if (typeof rate === 'string') return rates[rate];
  const price = instanceHours[rate.instance];
  if (price !== undefined) return price;
  throw new UserError({
    what: 'the table of prices does not have an instance type',
    got: rate.instance,
    expected: `one of ${Object.keys(instanceHours).join(', ')}`,
    fix: `copy the table, add its price of an hour in ${region} to instanceHours, and give it with --prices FILE`,
  });
}

const HEADINGS: readonly (readonly [Plane, string])[] = [
  ['control', 'control plane: what prometheus-ha adds'],
  ['data', 'data plane, at list prices: traffic, queries and what is marked "assumed" differ with use'],
];

export function renderCost({ currency, monthly, items, prices, counted }: CostReport): string {
  const sums = { control: monthly.controlPlane, data: monthly.dataPlane };
  const width = Math.max(...items.map(({ name }) => name.length));
  const lines = HEADINGS.flatMap(([plane, heading]) => [
    '',
    `${sums[plane].toFixed(2).padStart(9)} ${currency} a month, ${heading}`,
    ...items
      .filter((item) => item.plane === plane)
      .map(
        ({ name, amount, counted, unit, price, from }) =>
          `${amount.toFixed(2).padStart(9)}     ${name.padEnd(width)}  ${shown(counted)} ${unit} at ${String(price)}${from === 'assumed' ? ' (assumed)' : ''}`,
      ),
  ]);
  const about = `calls counted in a quiet run of ${counted}; prices of ${prices.date}, ${prices.region}, no free tier, no tax: ${prices.source}`;
  return `${about}\n${lines.join('\n')}\n`;
}

const shown = (value: number): string =>
  value >= 100 ? Math.round(value).toLocaleString('en') : String(Math.round(value * 1000) / 1000);
