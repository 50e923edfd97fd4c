import { UnsentAlerts, type UnsentAlertsDeps } from '../../../../agent/alerts/unsent-alerts';
import type { PostedAlert } from '../../../../lib/contract/documents/alerts';
import { fingerprint } from '../../../../lib/core/alerts/gate';
import type { TakenAlert } from '../../../../lib/core/alerts/unsent';
import { eventually } from '../../../contract/agent/agent-tools';
import { alert, gateWith } from './a-gate';
import { FakeAlertmanager } from './fake-alertmanager';

const RESEND_MS = 5_000;

describe('a closed gate and what no Alertmanager has', () => {
  let alertmanager: FakeAlertmanager;
  let gate: ReturnType<typeof gateWith>;
  let now: number;
  let taken: TakenAlert[] | null;
  let heldByActive: PostedAlert[];
  let active: string | null;
  const told = (): string[] => alertmanager.got.flat();

  const firing = (name: string): PostedAlert => ({ ...alert(name), startsAt: new Date(now - 10_000).toISOString() });
  const unsent = (over: Partial<UnsentAlertsDeps> = {}): UnsentAlerts =>
    new UnsentAlerts({
      gate,
      resendDelayMs: RESEND_MS,
      startedAt: () => 0,
      active: () => active,
      own: () => ({ healthy: true, paused: false, storeReadAt: now, configHash: 'a', discovered: true }),
      askForRead: () => {},
      ownTargetsUp: async () => 1,
      alertsOf: async () => {
        if (taken === null) throw new Error('no answer');
        return taken;
      },
      targetsUpOf: async () => Promise.reject(new Error('no answer')),
      statusOf: async () => Promise.reject(new Error('no answer')),
      heldBy: async () => heldByActive,
      now: () => now,
      log: () => {},
      ...over,
    });
  /** Two looks, far enough from each other. */
  const looks = async (one: UnsentAlerts): Promise<void> => {
    await one.round();
    now += 3_000;
    await one.round();
  };

  beforeEach(async () => {
    [now, taken, heldByActive, active] = [Date.now(), [], [], '10.0.0.1'];
    alertmanager = new FakeAlertmanager();
    gate = gateWith();
    gate.setAlertmanagers([await alertmanager.start()]);
  });
  afterEach(async () => {
    gate.stop();
    await alertmanager.stop();
  });

  it('sends it, alone, with its end, and says nothing of having been opened', async () => {
    gate.accept([firing('A'), alert('fresh')]);
    await looks(unsent());
    await eventually('A', () => told().length > 0);
    gate.accept([{ ...firing('A'), endsAt: new Date(Date.now() - 1).toISOString() }]);
    await eventually('its end', () => told().length === 2);
    expect(told()).toEqual(['A', 'A']);
    expect([gate.isOpen, gate.firstAcceptedAt]).toEqual([false, null]);
  });

  it('has the bucket read before it sends: who is cut off sends nothing', async () => {
    gate.accept([firing('A')]);
    let storeReadAt = now - 60_000;
    const own = () => ({ healthy: true, paused: false, storeReadAt, configHash: 'a', discovered: true });
    await looks(unsent({ own, askForRead: () => (storeReadAt = now) }));
    await eventually('A', () => told().length > 0);
  });

  it.each<[string, () => Partial<UnsentAlertsDeps>]>([
    ['an Alertmanager has it', () => ((taken = [{ key: fingerprint({ alertname: 'A' }), endsAt: now + 60_000 }]), {})],
    ['no Alertmanager answers', () => ((taken = null), {})],
    ['its Prometheus was started anew since', () => ({ startedAt: () => now + 1 })],
    ['nobody else alerts', () => ((active = null), {})],
    ['the active node sees more', () => ({ targetsUpOf: async () => 1, ownTargetsUp: async () => 0.5 })],
    [
      'the active node has other rules',
      () => ({ statusOf: async () => ({ config: { hash: 'b', loadedAt: null, error: null } }) }),
    ],
  ])('sends nothing when %s', async (_, over) => {
    gate.accept([firing('A')]);
    await looks(unsent(over()));
    expect(gate.sends).toBe(false);
  });

  it('leaves to the active node what that one holds by now', async () => {
    gate.accept([firing('A')]);
    const one = unsent();
    await looks(one);
    expect(gate.sends).toBe(true);
    heldByActive = [firing('A')];
    await one.round();
    expect(gate.sends).toBe(false);
  });

  it('is over when the gate opens, and everything is sent as ever', async () => {
    gate.accept([firing('A')]);
    const one = unsent();
    await looks(one);
    await eventually('A', () => told().length > 0);
    gate.setOpen(true, 'test');
    await eventually('the replay', () => told().length === 2);
    await one.round();
    gate.setOpen(false, 'test');
    expect(gate.sends).toBe(false);
  });
});
