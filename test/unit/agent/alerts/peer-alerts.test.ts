import { PeerAlerts } from '../../../../agent/alerts/peer-alerts';
import { alert, gateWith } from './a-gate';

const RESEND_MS = 5_000;
const PRIMED_AFTER_MS = 12_000;

describe('what an earlier Prometheus said to fire', () => {
  const gate = { current: gateWith() };
  const prometheus: { startedAt: string | null; reloadedAt: number } = { startedAt: null, reloadedAt: 0 };
  let peerAlerts: PeerAlerts;
  const held = (): string[] => [...gate.current.state.held.values()].map((h) => h.alert.labels.alertname!);
  const started = (): void => {
    prometheus.startedAt = new Date().toISOString();
  };

  beforeEach(() => {
    jest.useFakeTimers({ now: Date.parse('2026-01-01T00:00:00Z') });
    gate.current = gateWith();
    gate.current.listeningSince = Date.now() - 60_000;
    const log = (): void => {};
    const peers = (): string[] => [];
    peerAlerts = new PeerAlerts({
      gate: gate.current,
      peers,
      prometheus,
      resendDelayMs: RESEND_MS,
      timeoutMs: 100,
      log,
    });
    started();
    jest.advanceTimersByTime(60_000);
    gate.current.accept([alert('over'), alert('goes on')]);
    jest.advanceTimersByTime(1_000);
    started();
  });
  afterEach(() => {
    gate.current.stop();
    jest.useRealTimers();
  });

  it('is kept until the one that runs must have repeated what fires, and then forgotten', () => {
    jest.advanceTimersByTime(PRIMED_AFTER_MS / 2);
    gate.current.accept([alert('goes on')]);
    peerAlerts.forgetUnrepeated();
    expect(held()).toEqual(['over', 'goes on']);
    jest.advanceTimersByTime(PRIMED_AFTER_MS / 2);
    peerAlerts.forgetUnrepeated();
    expect(held()).toEqual(['goes on']);
  });

  it('that it ended stays true', () => {
    gate.current.accept([{ ...alert('over'), endsAt: new Date(Date.now() - 1).toISOString() }]);
    started();
    jest.advanceTimersByTime(PRIMED_AFTER_MS);
    peerAlerts.forgetUnrepeated();
    expect(held()).toContain('over');
  });
});
