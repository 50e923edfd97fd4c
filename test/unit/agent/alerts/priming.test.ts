import { isPrimed } from '../../../../agent/alerts/priming';

describe('priming', () => {
  const now = 1_000_000;
  const heard = (gateFor: number | null, prometheusFor: number | null): boolean =>
    isPrimed(
      {
        gateListeningSince: gateFor === null ? null : now - gateFor,
        prometheusSendsSince: prometheusFor === null ? null : now - prometheusFor,
        resendDelayMs: 15_000,
      },
      now,
    );

  it('needs a whole resend interval of both, and of Prometheus the seconds in which it drops alerts', () => {
    expect([heard(17_000, 22_000), heard(16_999, 60_000), heard(60_000, 21_999)]).toEqual([true, false, false]);
    expect([heard(null, 60_000), heard(60_000, null)]).toEqual([false, false]);
  });
});
