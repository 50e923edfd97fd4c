import { remedyWebhook } from '../../../../agent/remedies/webhook';
import type { Notification } from '../../../../lib/contract/documents/alerts';

const alert = (status: string): Notification['alerts'][number] => ({
  status,
  labels: { alertname: 'RedisDown', address: 'evil:1' },
  annotations: { connect: 'evil:1' },
  startsAt: '',
});

describe('the webhook of a remedy', () => {
  let calls: unknown[];
  const webhook = (path: string) =>
    remedyWebhook(
      path,
      'trading',
      'node-1',
      async (name, event) => {
        calls.push([name, event]);
      },
      () => {},
    );
  beforeEach(() => (calls = []));

  it('calls the function with the name of the remedy, and nothing of what the alert says', async () => {
    await webhook('/v1/remedies/redis')!({ alerts: [alert('resolved'), alert('firing')] });
    expect(calls).toEqual([['trading-reconnect-redis', { source: 'agent', remedy: 'redis', node: 'node-1' }]]);
  });

  it('calls nobody when nothing fires', async () => {
    await webhook('/v1/remedies/redis')!({ alerts: [alert('resolved')] });
    expect(calls).toEqual([]);
  });

  it.each(['/v1/remedies/', '/v1/remedies/redis/x', '/v1/remedies/..', '/v1/remedies/Redis', '/remedies/redis'])(
    'is not at %s',
    (path) => expect(webhook(path)).toBeUndefined(),
  );

  it('fails when the function was not called, so that Alertmanager tells it again', async () => {
    const failing = remedyWebhook(
      '/v1/remedies/redis',
      'c',
      'n',
      () => Promise.reject(new Error('throttled')),
      () => {},
    );
    await expect(failing!({ alerts: [alert('firing')] })).rejects.toThrow('throttled');
  });
});
