import type { Attempt, Saw } from '../../../lib/core/remedies/remedies';

export type Sight = Pick<Attempt, 'saw' | 'detail'>;

const BY_CODE: Readonly<Record<string, Saw>> = {
  ECONNREFUSED: 'refused',
  ETIMEDOUT: 'timed out',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  ENOTFOUND: 'name unknown',
  EAI_AGAIN: 'name unknown',
  ECONNRESET: 'closed',
  EPIPE: 'closed',
};

/** The first word of Redis's own errors. */
const BY_REPLY: Readonly<Record<string, Saw>> = {
  NOAUTH: 'authentication',
  WRONGPASS: 'authentication',
  NOPERM: 'authentication',
  LOADING: 'loading',
  MASTERDOWN: 'read-only replica',
  READONLY: 'read-only replica',
};

/** What an attempt that threw saw. Of several addresses, the reasons are in `errors`. */
export function sightOf(error: unknown): Sight {
  const reason = error as Error & { code?: string; errors?: readonly { code?: string }[] };
  const { name, message } = reason;
  if (name === 'TimeoutError') return { saw: 'timed out', detail: 'no answer in time' };
  const code = reason.code ?? reason.errors?.[0]?.code ?? '';
  const saw = BY_CODE[code] ?? BY_REPLY[message.split(' ')[0]!];
  return { saw: saw ?? 'unexpected', detail: message || code };
}
