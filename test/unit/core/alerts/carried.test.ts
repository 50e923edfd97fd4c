import { isCarried, unknownHere, type KnownAlert, type RuleState } from '../../../../lib/core/alerts/carried';
import { STORM } from '../../../../lib/core/alerts/unsent';
import { emptyGate, fingerprint, hold } from '../../../../lib/core/alerts/gate';

const NOW = Date.parse('2026-11-28T12:00:00Z');
const REPEATS = { resendDelayMs: 5_000, startedAt: NOW - 60_000 };
const iso = (ms: number): string => new Date(ms).toISOString();
const key = (name: string): string => fingerprint({ alertname: name });
const known = (labels: Record<string, string>, over: Partial<KnownAlert> = {}): KnownAlert => ({
  key: fingerprint(labels),
  labels,
  endsAt: NOW + 10_000,
  updatedAt: NOW - 10_000,
  alert: { labels },
  ...over,
});
const named = (name: string, over: Partial<KnownAlert> = {}): KnownAlert => known({ alertname: name }, over);
const names = (all: readonly KnownAlert[]): (string | undefined)[] => all.map(({ labels }) => labels.alertname);

describe('what Alertmanagers have and own Prometheus says nothing of', () => {
  const post = (name: string, endsAt: number) => ({ labels: { alertname: name }, endsAt: iso(endsAt) });
  const state = hold(emptyGate(), [post('Fires', NOW + 20_000), post('Ended', NOW - 1)], NOW);
  const unknown = (carried: string[], ...all: KnownAlert[]) =>
    names(unknownHere(all, state, new Map(carried.map((name) => [key(name), NOW])), REPEATS, NOW));

  it('is what it neither fires nor has ended, as long as it fires there', () => {
    expect(unknown([], named('Fires'), named('Ended'), named('Unknown'))).toEqual(['Unknown']);
    expect(unknown([], named('Unknown', { endsAt: NOW }))).toEqual([]);
    expect(unknown([], known({ alertname: 'W', prometheus_ha: 'watchdog' }))).toEqual(['W']);
    expect(unknown([], known({ alertname: 'Watchdog', prometheus_ha: 'watchdog' }))).toEqual([]);
  });

  it('is each one once, whatever the Alertmanagers say of it, and not a storm', () => {
    const [one] = unknownHere([named('A'), named('A', { endsAt: NOW + 20_000 })], state, new Map(), REPEATS, NOW);
    expect(one!.endsAt).toBe(NOW + 20_000);
    const storm = Array.from({ length: STORM + 1 }, (_, i) => named(`A${i}`));
    expect(unknownHere(storm, state, new Map(), REPEATS, NOW)).toEqual([]);
    const most = storm.slice(1);
    // Of two Alertmanagers, each of which has them.
    expect(unknownHere([...most, ...most], state, new Map(), REPEATS, NOW)).toHaveLength(STORM);
  });

  it('is what is held because it is sent on already, and what an earlier Prometheus said', () => {
    expect(unknown(['Fires'], named('Fires'))).toEqual(['Fires']);
    const restarted = { ...REPEATS, startedAt: NOW + 1 };
    expect(names(unknownHere([named('Fires'), named('Ended')], state, new Map(), restarted, NOW + 2))).toEqual([
      'Fires',
    ]);
  });
});

describe('what of it is sent on', () => {
  const rule = (over: Partial<RuleState>): RuleState => ({
    name: 'A',
    labels: {},
    keepFiringForMs: 0,
    evaluated: true,
    alerts: [],
    ...over,
  });
  const carries = (labels: Record<string, string>, rules: RuleState[] | null, carried = new Map<string, number>()) =>
    isCarried(rules, carried, NOW)(known(labels));
  const A = { alertname: 'A', instance: 'x', cluster: 'external' };

  it('is what pends, by all labels but the external ones', () => {
    const pends = (alert: Record<string, string>) => carries(A, [rule({ alerts: [{ alertname: 'A' }, alert] })]);
    expect(pends({ alertname: 'A', instance: 'x' })).toBe(true);
    expect(carries(A, [rule({ alerts: [{ alertname: 'A', instance: 'y' }] })])).toBe(false);
    expect(carries(A, [rule({ alerts: [{ alertname: 'A', instance: 'x', job: 'j' }] })])).toBe(false);
    expect(carries(A, [rule({ name: 'B', alerts: [{ alertname: 'A', instance: 'x' }] })])).toBe(false);
  });

  it('is what a rule keeps firing, counted from when somebody else posted it', () => {
    const kept = (ms: number, since?: number) =>
      carries(A, [rule({ keepFiringForMs: ms })], new Map(since === undefined ? [] : [[fingerprint(A), since]]));
    expect([kept(10_001), kept(10_000)]).toEqual([true, false]);
    expect([kept(10_001, NOW - 10_001), kept(10_002, NOW - 10_001)]).toEqual([false, true]);
  });

  it('is what was not looked at yet, and everything while Prometheus does not answer', () => {
    expect(carries(A, [rule({ evaluated: false })])).toBe(true);
    expect(carries(A, [rule({})])).toBe(false);
    expect(carries(A, [])).toBe(false);
    expect(carries(A, null)).toBe(true);
  });

  it('is not that of a rule of the same name and other labels; templates in these fit all', () => {
    const labelled = (severity: string) => rule({ labels: { severity }, evaluated: false });
    expect(carries({ ...A, severity: 'page' }, [labelled('warn')])).toBe(false);
    expect(carries({ ...A, severity: 'page' }, [labelled('warn'), labelled('page')])).toBe(true);
    expect(carries({ ...A, severity: 'page' }, [labelled('{{ $value }}')])).toBe(true);
  });
});
