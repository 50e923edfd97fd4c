import type { DuckDBConnection } from '@duckdb/node-api';

/** Rows as plain objects; numbers beyond a double's range come as text. @throws Error, also when time is up */
export async function runQuery(
  connection: DuckDBConnection,
  sql: string,
  timeoutMs: number,
): Promise<Readonly<Record<string, unknown>>[]> {
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    connection.interrupt();
  }, timeoutMs);
  try {
    return (await connection.runAndReadAll(sql)).getRowObjectsJson();
  } catch (error) {
    if (timedOut) throw new Error(`no answer within ${timeoutMs} ms`, { cause: error });
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
