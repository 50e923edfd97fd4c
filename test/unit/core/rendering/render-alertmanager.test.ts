import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { renderAlertmanager } from '../../../../lib/core/rendering/render-alertmanager';
import { UserError } from '../../../../lib/contract/errors';
import { HOOKS, PLAIN, REMEDIES, USERS } from '../../../fixtures/render-input';

describe("Alertmanager's configuration, as a node runs it", () => {
  it('is what the golden file says, with what the user wrote and said about it', () => {
    const text = renderAlertmanager(USERS, HOOKS, REMEDIES);
    const file = join(__dirname, '../../../fixtures/golden/alertmanager.yml');
    if (process.env.UPDATE_GOLDEN) writeFileSync(file, text);
    expect(text).toBe(readFileSync(file, 'utf8'));
  });

  it('has nothing below our routes where the user has none', () => {
    const { route } = parse(renderAlertmanager(PLAIN, HOOKS, [])) as { route: { routes: { receiver?: string }[] } };
    expect(route.routes.map((r) => r.receiver ?? r)).toEqual(['prometheus-ha-watchdog', {}]);
  });

  it.each(['route: [', 'receivers: []', '- a'])('refuses what has no route to extend: %s', (text) => {
    const render = (): string => renderAlertmanager(text, HOOKS, []);
    expect(render).toThrow(UserError);
    expect(render).toThrow(/Alertmanager's configuration cannot be read/);
  });
});
