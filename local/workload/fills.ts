import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import type { Order } from './market';

/** The fills, in a DuckDB file that this process alone has open for writing. */
export interface FillStore {
  /** @returns false when this order was stored before (it came twice after an outage) */
  store(order: Order, filledAt: number): Promise<boolean>;
  positions(): Promise<Map<string, number>>;
  /** A further connection, for the exporter. */
  connect(): Promise<DuckDBConnection>;
  close(): void;
}

export async function openFillStore(file: string): Promise<FillStore> {
  // Small: the machine has other things to do.
  const instance = await DuckDBInstance.create(file, { threads: '1', memory_limit: '256MB' });
  const connection = await instance.connect();
  await connection.run(`CREATE TABLE IF NOT EXISTS fills (
    order_id VARCHAR PRIMARY KEY, symbol VARCHAR NOT NULL, side VARCHAR NOT NULL,
    quantity DOUBLE NOT NULL, price DOUBLE NOT NULL, filled_at TIMESTAMPTZ NOT NULL)`);
  const insert = await connection.prepare(
    'INSERT OR IGNORE INTO fills VALUES ($1, $2, $3, $4, $5, make_timestamptz($6))',
  );
  return {
    async store({ id, symbol, side, quantity, price }, filledAt) {
      insert.bindVarchar(1, id);
      insert.bindVarchar(2, symbol);
      insert.bindVarchar(3, side);
      insert.bindDouble(4, quantity);
      insert.bindDouble(5, price);
      insert.bindBigInt(6, BigInt(filledAt) * 1_000n);
      return (await insert.run()).rowsChanged === 1;
    },
    async positions() {
      const result = await connection.runAndReadAll(
        "SELECT symbol, sum(CASE side WHEN 'buy' THEN quantity ELSE -quantity END) AS position FROM fills GROUP BY symbol",
      );
      return new Map(result.getRowObjectsJson().map((row) => [String(row.symbol), Number(row.position)]));
    },
    connect: () => instance.connect(),
    close() {
      connection.closeSync();
      instance.closeSync();
    },
  };
}
