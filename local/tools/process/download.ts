import { UserError } from '../../../lib/contract/errors';
import { requireReachable } from './reach';

const ANSWER_MS = 20_000;
const DOWNLOAD_MS = 600_000;
/** Node's fetch asks no proxy. */
const NO_PROXY = {};

/** Hosts that did not answer: asked once per run, not once per tool. */
const unreachable = new Map<string, Promise<void>>();

/** Where releases are: GitHub, or a mirror of it with the same paths (PROMHA_RELEASES). @throws UserError */
export function releaseHost(env: NodeJS.ProcessEnv): string {
  const host = env.PROMHA_RELEASES || 'https://github.com';
  if (URL.canParse(host)) return host.replace(/\/+$/, '');
  throw new UserError({
    what: 'PROMHA_RELEASES is no address',
    got: host,
    expected: 'where GitHub, or a mirror of it with the same paths, is: https://github.com',
    fix: 'correct or unset it',
  });
}

/** The content of an address. @throws Error: out of reach, or what it answered */
export async function download(
  url: string,
  signal: AbortSignal,
  onAnswer: () => void = () => undefined,
): Promise<Uint8Array> {
  const { host } = new URL(url);
  if (!unreachable.has(host)) unreachable.set(host, requireReachable(url, NO_PROXY));
  await unreachable.get(host);
  const own = new AbortController();
  const abort = (): void => own.abort(signal.reason);
  signal.throwIfAborted();
  signal.addEventListener('abort', abort, { once: true });
  const limit = (ms: number, what: string): NodeJS.Timeout =>
    setTimeout(() => own.abort(new Error(`${host}: ${what} within ${ms / 1000} s`)), ms);
  let timer = limit(ANSWER_MS, 'no answer');
  try {
    const response = await fetch(url, { signal: own.signal });
    if (!response.ok) throw new Error(`${url}: HTTP ${response.status}`);
    onAnswer();
    clearTimeout(timer);
    timer = limit(DOWNLOAD_MS, 'the download is not done');
    return new Uint8Array(await response.arrayBuffer());
  } catch (error) {
    own.signal.throwIfAborted();
    const { message, cause } = error as Error & { cause?: { code?: string; message?: string } };
    throw new Error(cause === undefined ? message : `${host}: ${cause.code ?? cause.message ?? message}`, {
      cause: error,
    });
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
  }
}
