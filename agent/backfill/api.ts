const TIMEOUT_MS = 10_000;

/** `data` of what Prometheus's HTTP API answers. @throws Error when the answer is not a success */
export async function api<T>(url: string): Promise<T> {
  const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
  if (!response.ok) throw new Error(`${url}: HTTP ${response.status}`);
  return ((await response.json()) as { data: T }).data;
}
