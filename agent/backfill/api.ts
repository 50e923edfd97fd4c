import { Prometheus } from '../../lib/shell/prometheus/client';

/** A day of every target's scrapes, minute by minute. */
const MAX_BYTES = 256 * 2 ** 20;

/** Prometheus's HTTP API as the backfill asks it: answers are long, and nobody waits for them. */
export const apiOf = (url: string): Prometheus => new Prometheus(url, { timeoutMs: 10_000, maxBytes: MAX_BYTES });
