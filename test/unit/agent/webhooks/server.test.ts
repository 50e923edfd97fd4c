import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serveWebhooks } from '../../../../agent/webhooks/server';
import { webhookToken } from '../../../../agent/webhooks/token';
import { ownFile } from '../../../../agent/base/files';
import { WatchdogReceiver } from '../../../../agent/alerts/watchdog';
import type { Notification } from '../../../../lib/contract/documents/alerts';

const NOTIFICATION: Notification = {
  alerts: [
    {
      status: 'firing',
      labels: { alertname: 'Watchdog', prometheus_ha: 'watchdog' },
      annotations: { evaluated_at: '1.788804805e+09' },
      startsAt: '2027-01-01T00:00:00Z',
    },
  ],
};

describe("the agent's webhooks", () => {
  let dir: string;
  let server: Server;
  let url: string;
  let events: string[];
  let others = 0;
  const watchdog = new WatchdogReceiver(0);
  const post = async (path: string, body: unknown, token = 'right', method = 'POST'): Promise<number> => {
    const init = { method, body: method === 'GET' ? undefined : JSON.stringify(body) };
    return (await fetch(`${url}${path}`, { ...init, headers: { authorization: `Bearer ${token}` } })).status;
  };

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'promha-webhooks-'));
    const hooks: Record<string, (n: Notification) => void> = {
      '/v1/watchdog': (n) => void (others += Number(watchdog.take(n))),
    };
    const log = (_: string, event: string): void => void events.push(event);
    server = await serveWebhooks((path) => hooks[path], 'right', '127.0.0.1', 0, log);
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  beforeEach(() => (events = []));
  afterAll(() => {
    server.close();
    rmSync(dir, { recursive: true });
  });

  it('take what carries the token, and nothing else', async () => {
    for (const wrong of ['', 'wrong', 'rightt', 'righ'])
      expect(await post('/v1/watchdog', NOTIFICATION, wrong)).toBe(401);
    expect(watchdog.receivedAt).toBeNull();
    expect(events).toContain('webhook-refused');
    expect(await post('/v1/watchdog', NOTIFICATION)).toBe(200);
    expect(watchdog.evaluatedAt).toBe(1788804805000);
  });

  it.each([
    ['another path', '/v1/nothing', NOTIFICATION, 'POST', 404],
    ['another method', '/v1/watchdog', NOTIFICATION, 'GET', 404],
    ['what is no notification', '/v1/watchdog', { alerts: [{ status: 'firing' }] }, 'POST', 400],
    ['no list', '/v1/watchdog', { alerts: 'x' }, 'POST', 400],
    ['a notification of something else: Alertmanager shall try again', '/v1/watchdog', { alerts: [] }, 'POST', 503],
  ])('refuse %s', async (_, path, body, method, status) => {
    expect(await post(path, body, 'right', method)).toBe(status);
  });

  it.each(['', 'not json', 'null', '[]'])('say what they expect instead of %j', async (body) => {
    const headers = { authorization: 'Bearer right' };
    const answer = await fetch(`${url}/v1/watchdog`, { method: 'POST', body, headers });
    expect(answer.status).toBe(400);
    expect(await answer.text()).toMatch(
      /^\/v1\/watchdog: the notification.* is (not JSON|unusable)\n.*got: .*\n.*expected: .*\n.*fix: /,
    );
  });

  it('make a token that only this user can read, once', () => {
    const file = join(dir, 'state', 'token');
    const token = webhookToken(file, ownFile());
    expect(token).toMatch(/^[0-9a-f]{64}$/);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, 'utf8').trim()).toBe(token);
    expect(webhookToken(file, ownFile())).toBe(token);
  });

  it('replace a corrupted token and close one that others could read', () => {
    const file = join(dir, 'corrupted');
    writeFileSync(file, 'half', { mode: 0o644 });
    const token = webhookToken(file, ownFile());
    expect(token).toMatch(/^[0-9a-f]{64}$/);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    chmodSync(file, 0o644);
    expect(webhookToken(file, ownFile())).toBe(token);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });
});
