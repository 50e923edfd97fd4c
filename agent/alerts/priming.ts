/** Prometheus evaluates, then sends: a resend may come this much later than its delay says. */
const RESEND_MARGIN_MS = 2_000;

/**
 * For so long after a start or a reload Prometheus knows no Alertmanager yet (its discovery ticks every 5 s),
 * drops what it has to send, and repeats it only after the resend delay.
 */
const DROPS_MS = 5_000;

export interface Hearing {
  /** Since when posts can arrive at the gate; null while it does not listen. */
  readonly gateListeningSince: number | null;
  /** When Prometheus started or last reloaded; null while it does not run. */
  readonly prometheusSendsSince: number | null;
  readonly resendDelayMs: number;
}

/** Whether the gate must by now have heard of every alert that fires: from here on a replay is complete. */
export function isPrimed({ gateListeningSince, prometheusSendsSince, resendDelayMs }: Hearing, now: number): boolean {
  if (gateListeningSince === null || prometheusSendsSince === null) return false;
  const resent = resendDelayMs + RESEND_MARGIN_MS;
  return now - gateListeningSince >= resent && now - prometheusSendsSince >= resent + DROPS_MS;
}
