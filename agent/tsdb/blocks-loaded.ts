import { PORTS } from '../../lib/contract/ports';

/** How many blocks Prometheus says that it has loaded; null when it does not answer, as while it replays its WAL. */
export async function readBlocksLoaded(address: string, timeoutMs: number): Promise<number | null> {
  const url = `http://${address}:${PORTS.prometheus}/metrics`;
  const text = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) }).then(
    (response) => (response.ok ? response.text() : ''),
    () => '',
  );
  const line = /^prometheus_tsdb_blocks_loaded (\d+)$/m.exec(text);
  return line === null ? null : Number(line[1]);
}
