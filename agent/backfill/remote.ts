import { snappyCompress } from 'hysnappy';
import { fetchBounded, type HttpAnswer } from '../base/fetch-bounded';
import { unpacked } from '../base/snappy';
import { decodeRead, encodeRead, encodeSeries, type Matcher, type WireSeries } from './wire';

const HEADERS = { 'Content-Type': 'application/x-protobuf', 'Content-Encoding': 'snappy' } as const;
const TIMEOUT_MS = 60_000;
/** More than a batch ever is, and once it is unpacked; a peer that sends nonsense must not take the memory. */
const MOST_PACKED = 128 * 1024 * 1024;
const MOST_BYTES = 512 * 1024 * 1024;

/** All samples of a Prometheus between two moments, both included. @throws Error when it does not answer with them */
export async function remoteRead(
  url: string,
  from: number,
  to: number,
  matchers: readonly Matcher[],
  wanted: 'times' | 'points',
): Promise<WireSeries[]> {
  const body = await post(`${url}/api/v1/read`, encodeRead(from, to, matchers));
  if (!body.ok) throw new Error(`${url} does not hand out its samples: HTTP ${body.status} ${body.said}`);
  return decodeRead(unpacked(body.bytes, MOST_BYTES), wanted);
}

/**
 * Writes series into a Prometheus. Prometheus refuses a request as a whole for one bad sample: then its halves are
 * tried. Says how many samples were refused. @throws Error when it does not answer, or fails
 */
export async function remoteWrite(
  url: string,
  series: readonly Pick<WireSeries, 'labels' | 'points'>[],
): Promise<{ readonly refused: number; readonly why: string | null }> {
  if (series.length === 0) return { refused: 0, why: null };
  const body = await post(`${url}/api/v1/write`, Buffer.concat(series.map(encodeSeries)));
  if (body.ok) return { refused: 0, why: null };
  if (body.status !== 400) throw new Error(`${url} does not take samples: HTTP ${body.status} ${body.said}`);
  if (series.length === 1) return { refused: series[0]!.points.length, why: body.said };
  const half = Math.ceil(series.length / 2);
  const first = await remoteWrite(url, series.slice(0, half));
  const second = await remoteWrite(url, series.slice(half));
  return { refused: first.refused + second.refused, why: first.why ?? second.why };
}

const post = (url: string, message: Buffer): Promise<HttpAnswer> =>
  fetchBounded(
    url,
    {
      method: 'POST',
      headers: HEADERS,
      body: Buffer.from(snappyCompress(message).buffer),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    },
    MOST_PACKED,
  );
