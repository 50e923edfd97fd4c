import type { OwnCertificate, TrustBundle } from '../../contract/documents/trust';

const HOUR_MS = 3_600_000;

/** Of a certificate: seven days, of which six are left when the next one is asked for. */
export const CERTIFICATE_LIFE_MS = 7 * 24 * HOUR_MS;
const RENEWED_AFTER_MS = 24 * HOUR_MS;

/** Whether the certificate holds now, as far as this node's clock knows. */
export function certificateHolds(own: OwnCertificate | null, address: string, now: number): boolean {
  const given = own?.answer.given ?? null;
  return given !== null && own!.address === address && Date.parse(given.until) > now;
}

/**
 * Why a node asks for a certificate, one sentence; null: it need not. What it has stays in use until it has another one, also when
 * nobody answers for days. `bundle` null: not known yet.
 */
export function whyAsk(
  own: OwnCertificate | null,
  bundle: TrustBundle | null,
  address: string,
  now: number,
): string | null {
  const given = own?.answer.given ?? null;
  if (own === null || given === null) return 'It has none.';
  if (own.address !== address) return `Its certificate is for ${own.address}, and it is at ${address}.`;
  if (bundle !== null && bundle.authorities[0]!.publicKey !== given.authority) return 'Another authority signs now.';
  const ageMs = now - Date.parse(own.issuedAt);
  // A clock that was ahead: what it called an age is none.
  if (ageMs < -HOUR_MS) return 'Its certificate is from the future.';
  return ageMs >= RENEWED_AFTER_MS ? `Its certificate is ${Math.floor(ageMs / HOUR_MS)} h old.` : null;
}

/** Three renewals were missed: somebody has to look, and has three days. */
const OLD_MS = 3 * 24 * HOUR_MS;

/** Whether a node's certificate is a person's business. `until`: its last moment, ISO 8601; null: there is none. */
export const isOld = (until: string | null, now: number): boolean => until === null || Date.parse(until) - now < OLD_MS;
