import type { PostedAlert } from '../../../../lib/contract/documents/alerts';
import { eventually } from '../../../contract/agent/agent-tools';
import { alert, gateWith } from './a-gate';
import { FakeAlertmanager } from './fake-alertmanager';

describe('the alert gate and its Alertmanagers', () => {
  let may = true;
  const gate = { current: gateWith() };
  let alertmanagers: FakeAlertmanager[];
  let addresses: string[];
  const sent = (i: number): string[] => alertmanagers[i]!.got.flat();

  beforeEach(async () => {
    may = true;
    gate.current = gateWith({ mayNotify: async () => may });
    alertmanagers = [new FakeAlertmanager(), new FakeAlertmanager()];
    addresses = await Promise.all(alertmanagers.map((a) => a.start()));
    gate.current.setAlertmanagers(addresses);
  });
  afterEach(async () => {
    gate.current.stop();
    await Promise.all(alertmanagers.map((a) => a.stop()));
  });

  it('tells an end from before the opening a little later, and not if the alert fires again meanwhile', async () => {
    const endedAgo = (name: string, ms: number): PostedAlert => ({
      ...alert(name),
      endsAt: new Date(Date.now() - ms).toISOString(),
    });
    gate.current.accept([
      endedAgo('again', 5_000),
      endedAgo('over', 5_000),
      endedAgo('long ago', 90_000),
      alert('now'),
    ]);
    gate.current.setOpen(true, 'test');
    await eventually('what fires', () => sent(0).length === 1 && sent(1).length === 1);
    gate.current.accept([alert('again')]);
    await eventually('the old end', () => sent(0).length === 3 && sent(1).length === 3);
    for (const i of [0, 1]) expect(sent(i)).toEqual(['now', 'again', 'over']);
  }, 15_000);

  it('holds while closed, replays to all on opening, then passes news on', async () => {
    const all = ['a', 'b', 'c'];
    gate.current.accept([alert('a'), alert('b')]);
    expect(gate.current.sent).toBe(0);
    gate.current.setOpen(true, 'test');
    await eventually('the replay', () => sent(0).length === 2 && sent(1).length === 2);
    gate.current.accept([alert('c')]);
    // Counted when it is answered, which is a moment after it came.
    await eventually('the news', () => gate.current.sent === 6);
    expect([sent(0), sent(1)]).toEqual([all, all]);
    expect(gate.current.firstAcceptedAt! - gate.current.openedAt!).toBeLessThan(5_000);
  });

  it('passes over what an Alertmanager refuses, names it once, and holds up nothing behind it', async () => {
    const logged: string[] = [];
    gate.current.stop();
    gate.current = gateWith({
      log: (_, event, data) => void (event === 'alert-refused' && logged.push(JSON.stringify(data))),
    });
    alertmanagers[0]!.refuses = ['bad', 'worse'];
    gate.current.setAlertmanagers(addresses);
    const names = Array.from({ length: 300 }, (_, i) => `a${i}`);
    const all = ['bad', ...names.slice(0, 200), 'worse', ...names.slice(200)];
    gate.current.accept(all.map(alert));
    gate.current.setOpen(true, 'test');
    await eventually('all but the refused', () => sent(0).length === 300 && sent(1).length === 302);
    expect(sent(0)).toEqual(names);
    // Counted when it is answered, which is a moment after it came.
    const errors = () => gate.current.alertmanagers.map(({ error }) => error);
    await eventually('none is behind', () => gate.current.alertmanagers.every(({ behind }) => behind === 0));
    expect(errors()).toEqual([null, null]);
    gate.current.accept([alert('bad'), alert('later')]);
    await eventually('what comes later', () => sent(0).includes('later'));
    expect(logged).toHaveLength(2);
    expect(logged[0]).toContain('"alertname":"bad"');
    expect(logged[0]).toContain('HTTP 400: not valid');
    expect(gate.current.refused).toBe(2);
  }, 15_000);

  describe('told an end, one after another', () => {
    const sleepMs = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
    const WAIT_MS = 1_000;
    const all = ['first', 'second'];
    const end = (): PostedAlert => ({ ...alert('a'), endsAt: new Date(Date.now() - 1).toISOString() });

    beforeEach(async () => {
      gate.current.stop();
      gate.current = gateWith({ peerTimeoutMs: WAIT_MS });
      gate.current.setAlertmanagers(addresses);
      alertmanagers.forEach((a, i) => (a.names = { own: all[i]!, all: [...all] }));
      gate.current.accept([alert('a')]);
      gate.current.setOpen(true, 'test');
      await eventually('the beginning', () => sent(0).length === 1 && sent(1).length === 1);
    });

    it('the last of them gets it first, and each before it as much later as it waits less', async () => {
      gate.current.accept([end()]);
      await eventually('the last one', () => sent(1).length === 2);
      expect(sent(0)).toHaveLength(1);
      const got = Date.now();
      await eventually('the first one', () => sent(0).length === 2);
      expect(Date.now() - got).toBeGreaterThan(WAIT_MS / 2);
    });

    it('what fires meanwhile does not wait, and an alert that fires again has not ended', async () => {
      gate.current.accept([end()]);
      await eventually('the last one', () => sent(1).length === 2);
      gate.current.accept([alert('a'), alert('b')]);
      await eventually('the first one', () => sent(0).length === 3);
      await sleepMs(WAIT_MS + 200);
      expect(sent(0)).toEqual(['a', 'a', 'b']);
    });

    it('asks for their places with every end: one that was the last waits when another one has come', async () => {
      gate.current.accept([end()]);
      await eventually('the first one', () => sent(0).length === 2);
      for (const a of alertmanagers) a.names!.all.push('third');
      gate.current.accept([{ ...end(), labels: { alertname: 'b' } }]);
      await sleepMs(WAIT_MS / 2);
      expect(sent(1)).toEqual(['a', 'a']);
      await eventually('the second one', () => sent(1).length === 3);
      expect(sent(0)).toEqual(['a', 'a']);
      await eventually('the first one', () => sent(0).length === 3);
    });

    it('falls due in the very millisecond in which it is looked for: told all the same', async () => {
      const due = Date.now() + WAIT_MS;
      const clock = jest.spyOn(Date, 'now').mockReturnValue(due - WAIT_MS);
      try {
        gate.current.accept([{ ...alert('a'), endsAt: new Date(due - WAIT_MS - 1).toISOString() }]);
        await sleepMs(WAIT_MS / 2);
        expect([sent(0).length, sent(1).length]).toEqual([1, 2]);
        // Its timer is early by a millisecond, which passes before the next look at the clock.
        clock.mockReturnValueOnce(due - 1).mockReturnValue(due);
        await sleepMs(WAIT_MS);
        expect(sent(0)).toHaveLength(2);
      } finally {
        clock.mockRestore();
      }
    });

    it('a gate that closes before the last of them took it tells nobody: it may be cut off, and alone in believing it', async () => {
      alertmanagers[1]!.answer = 503;
      gate.current.accept([end()]);
      await sleepMs(WAIT_MS / 2);
      gate.current.setOpen(false, 'test');
      await sleepMs(WAIT_MS);
      expect([sent(0), sent(1)]).toEqual([['a'], ['a']]);
    });

    it('a gate that closes meanwhile tells the rest of them all the same', async () => {
      gate.current.accept([end()]);
      await eventually('the last one', () => sent(1).length === 2);
      gate.current.setOpen(false, 'test');
      expect(sent(0)).toHaveLength(1);
      await gate.current.resolvedSent();
      await eventually('the first one', () => sent(0).length === 2, 1_000);
    });
  });

  it('posts nothing to one that still settles in its cluster, and then what is true by then', async () => {
    const ended = { ...alert('a'), endsAt: new Date(Date.now() - 1).toISOString() };
    alertmanagers[1]!.cluster = 'settling';
    gate.current.accept([alert('a')]);
    gate.current.setOpen(true, 'test');
    await eventually('the other one', () => sent(0).length === 1);
    gate.current.accept([ended]);
    await eventually('the end at the other one', () => sent(0).length === 2);
    expect(sent(1)).toEqual([]);
    alertmanagers[1]!.cluster = 'ready';
    await eventually('the one that settled', () => sent(1).length === 1);
  });

  it('posts nothing to one that is alone after it was cut off, while another one is served', async () => {
    alertmanagers[1]!.peers = 1;
    gate.current.accept([alert('a')]);
    gate.current.setOpen(true, 'test');
    await eventually('the other one', () => sent(0).length === 1);
    // Asked every 100 ms: time enough to have been posted to.
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(sent(1)).toEqual([]);
    alertmanagers[1]!.peers = 2;
    await eventually('the one that joined', () => sent(1).join() === 'a');
  });

  it('posts to one that is alone when there is no other', async () => {
    alertmanagers[1]!.peers = 1;
    await alertmanagers[0]!.stop();
    gate.current.accept([alert('a')]);
    gate.current.setOpen(true, 'test');
    await eventually('the only one', () => sent(1).join() === 'a');
    alertmanagers[0] = new FakeAlertmanager();
    await alertmanagers[0].start();
  });

  it('posts to one that is alone though the clock is set back meanwhile', async () => {
    alertmanagers[1]!.peers = 1;
    gate.current.accept([alert('a')]);
    gate.current.setOpen(true, 'test');
    await eventually('the other one', () => sent(0).length === 1);
    await alertmanagers[0]!.stop();
    const real = Date.now;
    const clock = jest.spyOn(Date, 'now').mockImplementation(() => real() - 10 * 60_000);
    try {
      gate.current.accept([alert('b')]);
      await eventually('the only one', () => sent(1).length > 0);
    } finally {
      clock.mockRestore();
    }
    alertmanagers[0] = new FakeAlertmanager();
    await alertmanagers[0].start();
  });

  it('tells nothing while it may not, and then what is true by then', async () => {
    may = false;
    gate.current.accept([alert('a')]);
    gate.current.setOpen(true, 'test');
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect([sent(0), sent(1)]).toEqual([[], []]);
    may = true;
    await eventually('both', () => sent(0).join() === 'a' && sent(1).join() === 'a');
  });

  it('replays everything again when it is opened again', async () => {
    gate.current.accept([alert('a')]);
    gate.current.setOpen(true, 'test');
    await eventually('the first replay', () => sent(0).length === 1);
    gate.current.setOpen(false, 'test');
    gate.current.accept([alert('b')]);
    gate.current.setOpen(true, 'test');
    await eventually('the second replay', () => sent(0).join() === 'a,a,b');
  });

  it('is not held up by an Alertmanager that hangs, nor by one that fails', async () => {
    alertmanagers[0]!.answer = 'hang';
    gate.current.setOpen(true, 'test');
    gate.current.accept([alert('a')]);
    await eventually('the other one has it', () => sent(1).join() === 'a');
    alertmanagers[1]!.answer = 500;
    gate.current.accept([alert('b')]);
    await eventually('the failure is told', () => gate.current.alertmanagers[1]!.error?.startsWith('HTTP 500'));
    expect(gate.current.alertmanagers[1]!.behind).toBe(1);
    alertmanagers[1]!.answer = 200;
    await eventually('it catches up', () => sent(1).join() === 'a,b');
  });

  it('breaks off what is under way when it closes', async () => {
    alertmanagers[0]!.answer = 'hang';
    gate.current.setOpen(true, 'test');
    gate.current.accept([alert('a')]);
    await eventually('the other one has it', () => sent(1).length === 1);
    gate.current.setOpen(false, 'test');
    await eventually('the request is broken off', () => alertmanagers[0]!.aborted === 1, 2_000);
  });

  it('tells a restarted Alertmanager everything: it has forgotten its alerts', async () => {
    gate.current.setOpen(true, 'test');
    gate.current.accept([alert('a')]);
    await eventually('it has it', () => sent(0).length === 1);
    await alertmanagers[0]!.stop();
    gate.current.accept([alert('b')]);
    await eventually('the failure', () => gate.current.alertmanagers[0]!.error !== null);
    await alertmanagers[0]!.start(Number(addresses[0]!.split(':')[1]));
    await eventually('it has everything', () => sent(0).slice(1).sort().join() === 'a,b');
  });

  it('forgets what only a peer told, when it closes and when own Prometheus must have told all', () => {
    const heldNames = (): string[] => [...gate.current.state.held.values()].map((h) => h.alert.labels.alertname!);
    gate.current.setOpen(true, 'test');
    gate.current.merge([alert('a'), alert('b')]);
    gate.current.accept([alert('a')]);
    gate.current.forgetPeerAlerts();
    expect(heldNames()).toEqual(['a']);
    gate.current.merge([alert('b')]);
    gate.current.setOpen(false, 'test');
    expect(heldNames()).toEqual(['a']);
    expect(gate.current.merge([alert('b')])).toBe(0);
  });

  it('follows a peer that tells the end of what it told before', () => {
    gate.current.setOpen(true, 'test');
    const b = alert('b');
    gate.current.merge([b]);
    expect(gate.current.merge([b])).toBe(0);
    expect(gate.current.merge([{ ...b, endsAt: new Date(Date.now() - 1).toISOString() }])).toBe(1);
  });

  it('takes from a peer only what it does not hold itself', () => {
    gate.current.setOpen(true, 'test');
    gate.current.accept([{ ...alert('a'), from: 'own' }]);
    expect(gate.current.merge([{ ...alert('a'), from: 'peer' }, alert('b')])).toBe(1);
    const held = [...gate.current.state.held.values()].map((h) => [h.alert.labels.alertname, h.alert.from]);
    expect(held).toEqual([
      ['a', 'own'],
      ['b', undefined],
    ]);
  });
});
