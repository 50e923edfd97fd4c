import { FUNCTIONS } from '../../lib/contract/functions';
import { remedyPath } from '../../lib/core/rendering/render-alertmanager';
import type { CallFunction } from '../../lib/shell/aws/call-function';
import type { Log } from '../base/log';
import type { Webhook } from '../webhooks/server';

const PATH = new RegExp(`^${remedyPath('([a-z0-9-]+)')}$`);

/**
 * Hands an alert that has a remedy on to the function that knows it. The name is all that travels: what to connect to
 * stands in the function's own environment. When the call fails, Alertmanager notifies again 5 s later.
 */
export function remedyWebhook(
  path: string,
  cluster: string,
  node: string,
  call: CallFunction,
  log: Log,
): Webhook | undefined {
  const remedy = PATH.exec(path)?.[1];
  if (remedy === undefined) return undefined;
  return async ({ alerts }) => {
    const firing = alerts.filter(({ status }) => status === 'firing');
    if (firing.length === 0) return;
    await call(FUNCTIONS.reconnectRedis(cluster), { source: 'agent', remedy, node });
    log('info', 'remedy-called', { remedy, alerts: firing.map(({ labels }) => labels) });
  };
}
