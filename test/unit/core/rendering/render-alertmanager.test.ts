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

  it('keeps every value as it is written: numbers, leading zeros, texts that look like numbers', () => {
    const values = "chat_id: -1001234567890123456, key: 0123, id: 1e9, on: yes, quoted: '0123', none: ~";
    const text = `route: { receiver: a }\nreceivers:\n  - name: a\n    x_configs: [{ ${values} }]\n  - &b { name: b, y: 0x1F }\n  - { <<: *b, name: c }\n`;
    const rendered = renderAlertmanager(`${text}---\nnot: [read\n`, HOOKS, []);
    expect(rendered).toContain(`x_configs: [ { ${values} } ]`);
    expect(rendered).toContain('y: 0x1F');
    expect(rendered).toContain('<<: *b');
    expect(rendered).toMatch(/send_resolved: false$/m);
    expect(rendered).not.toContain('not: [read');
  });

  it.each(['route: [', 'receivers: []', '- a'])('refuses what has no route to extend: %s', (text) => {
    const render = (): string => renderAlertmanager(text, HOOKS, []);
    expect(render).toThrow(UserError);
    expect(render).toThrow(/Alertmanager's configuration cannot be read/);
  });
});
