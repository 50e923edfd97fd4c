import { WithheldAlerts } from '../../../../agent/alerts/withheld';
import type { AlertGate } from '../../../../agent/alerts/alert-gate';
import type { PostedAlert } from '../../../../lib/contract/documents/alerts';
import type { Assignment } from '../../../../lib/contract/documents/assignment';
import { WATCHDOG } from '../../../../lib/core/alerts/watchdog';
import { anAssignment } from '../../../fixtures/builders';
import { eventually } from '../../../contract/agent/agent-tools';
import { alert, gateWith } from './a-gate';
import { FakeAlertmanager } from './fake-alertmanager';

const { alert: alertname, label } = WATCHDOG;
const watchdog: PostedAlert = { ...alert(alertname), labels: { alertname, [label.name]: label.value } };

describe('an open gate while alerts are withheld', () => {
  const alertmanager = new FakeAlertmanager();
  let now = Date.now();
  let assignment: Assignment;
  let gate: AlertGate;
  let withheld: WithheldAlerts;
  let logged: string[];
  const got = (): string[] => alertmanager.got.flat();

  beforeEach(async () => {
    now = Date.now();
    logged = [];
    alertmanager.got.length = 0;
    const at = new Date(now).toISOString();
    const until = new Date(now + 3_600_000).toISOString();
    assignment = anAssignment({ withheld: { by: 'op', since: at, reason: 'the old one tells', until } });
    withheld = new WithheldAlerts(
      () => now,
      (_, event) => void logged.push(event),
    );
    withheld.follow(() => assignment);
    gate = gateWith({ notifies: (one) => withheld.passes(one) });
    gate.setAlertmanagers([await alertmanager.start()]);
    gate.accept([alert('a'), watchdog]);
    gate.setOpen(true, 'test');
    withheld.look(gate);
    await eventually('the watchdog', () => got().length > 0);
  });
  afterEach(async () => {
    gate.stop();
    await alertmanager.stop();
  });

  it('passes the dead man’s switch only, and counts the rest', () => {
    expect(got()).toEqual([alertname]);
    expect(withheld.countIn(gate)).toBe(1);
  });

  it('passes all that it held when it ends by its date', async () => {
    now += 3_600_001;
    withheld.look(gate);
    await eventually('the alert', () => got().includes('a'));
    expect(withheld.countIn(gate)).toBe(0);
    expect(logged).toEqual(['alerts-withheld', 'alerts-told']);
  });

  it('and the end of what ended long ago: no Alertmanager knew it, so it ran out in none', async () => {
    const ended = new Date(Date.now() - 300_000).toISOString();
    gate.accept([{ ...alert('over'), endsAt: ended }]);
    assignment = anAssignment({ epoch: 2 });
    withheld.look(gate);
    await eventually('the end', () => got().includes('over'), 10_000);
  });

  it('and when the assignment says it no longer', async () => {
    assignment = anAssignment({ epoch: 2 });
    withheld.look(gate);
    await eventually('the alert', () => got().includes('a'));
  });
});
