import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { renderAlertmanager } from '../../../lib/core/rendering/render-alertmanager';
import { HOOKS, PLAIN, REMEDIES, USERS } from '../../fixtures/render-input';
import { agentTestPrograms } from '../agent/agent-programs';

describe("Alertmanager's configuration, as a node runs it", () => {
  let dir: string;
  let amtool: (...args: string[]) => string;
  let remove: () => void;
  beforeAll(async () => {
    const programs = await agentTestPrograms();
    ({ remove } = programs);
    dir = mkdtempSync(join(tmpdir(), 'promha-alertmanager-'));
    amtool = (...args) => execFileSync(join(programs.bin, 'amtool'), args, { cwd: dir, encoding: 'utf8' });
  });
  afterAll(() => {
    rmSync(dir, { recursive: true });
    remove();
  });
  /** Receivers of an alert, as Alertmanager's own tool says. */
  const receivers = (text: string, ...labels: string[]): string[] => {
    writeFileSync(join(dir, 'alertmanager.yml'), text);
    return amtool('config', 'routes', 'test', '--config.file=alertmanager.yml', ...labels)
      .trim()
      .split(',');
  };

  it.each([
    ['with routes', USERS],
    ['without any', PLAIN],
  ])('is accepted by amtool: %s', (_, users) => {
    writeFileSync(join(dir, 'alertmanager.yml'), renderAlertmanager(users, HOOKS, REMEDIES));
    expect(amtool('check-config', 'alertmanager.yml')).toContain('SUCCESS');
  });

  it("leads the dead man's switch to the agent only, and every other alert where the user wants it", () => {
    const text = renderAlertmanager(USERS, HOOKS, REMEDIES);
    expect(receivers(text, 'alertname=Watchdog', 'prometheus_ha=watchdog', 'severity=ticket')).toEqual([
      'prometheus-ha-watchdog',
    ]);
    expect(receivers(text, 'alertname=Watchdog')).toEqual(['pager']);
    expect(receivers(text, 'alertname=EngineDown', 'severity=page')).toEqual(['pager']);
    expect(receivers(text, 'alertname=Slow', 'severity=ticket')).toEqual(['tickets']);
    expect(receivers(renderAlertmanager(PLAIN, HOOKS, REMEDIES), 'alertname=Other')).toEqual(['pager']);
  });

  it('calls a remedy for its alert or target, and whoever is paged is paged too', () => {
    const text = renderAlertmanager(USERS, HOOKS, REMEDIES);
    expect(receivers(text, 'alertname=RedisDown')).toEqual(['prometheus-ha-remedy-redis', 'pager']);
    expect(receivers(text, 'alertname=Up', 'instance=engine:9200')).toEqual(['prometheus-ha-remedy-engine', 'pager']);
    expect(receivers(text, 'alertname=Slow', 'instance=engine:9200', 'severity=ticket')).toEqual([
      'prometheus-ha-remedy-engine',
      'prometheus-ha-remedy-both',
      'tickets',
    ]);
    expect(receivers(renderAlertmanager(PLAIN, HOOKS, REMEDIES), 'alertname=RedisDown')).toEqual([
      'prometheus-ha-remedy-redis',
      'pager',
    ]);
  });
});
