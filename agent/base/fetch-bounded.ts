/** What a program of ours or its neighbour answered. */
export interface HttpAnswer {
  readonly status: number;
  readonly ok: boolean;
  readonly bytes: Buffer;
  /** The beginning, for people. */
  readonly said: string;
}

/**
 * fetch for what is reached by its address: whoever answers sends the agent nowhere else, and fills none of its memory.
 * @throws Error when the answer is longer than `mostBytes` or a redirection, and what fetch throws
 */
export async function fetchBounded(url: string, init: RequestInit, mostBytes: number): Promise<HttpAnswer> {
  const response = await fetch(url, { ...init, redirect: 'error' });
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    size += part.length;
    // Leaving the loop ends the connection.
    if (size > mostBytes) throw new Error(`the answer of ${url} is longer than ${mostBytes} bytes`);
    parts.push(part);
  }
  const bytes = Buffer.concat(parts);
  return { status: response.status, ok: response.ok, bytes, said: bytes.toString('utf8', 0, 200).trim() };
}
