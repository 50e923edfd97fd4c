import { FUNCTIONS } from '../../lib/contract/functions';
import { remedyPath } from '../../lib/core/rendering/render-alertmanager';
import type { Log } from '../base/log';
import type { Webhook } from '../webhooks/server';

/** Calls a function and does not wait for what comes of it. Rejects when it was not accepted. */
export type CallFunction = (name: string, event: unknown) => Promise<void>;

const PATH = new RegExp(`^${remedyPath('([a-z0-9-]+)')}$`);
const TIMEOUT_MS = 3_000;

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

/** Lambda, whose client is loaded when it is first needed: an agent that comes back after a crash is in a hurry. */
export const callLambda: CallFunction = async (name, event) => {
  const { InvokeCommand, LambdaClient } = await import('@aws-sdk/client-lambda');
  const client = new LambdaClient({ maxAttempts: 1 });
  const abortSignal = AbortSignal.timeout(TIMEOUT_MS);
  const command = new InvokeCommand({
    FunctionName: name,
    InvocationType: 'Event',
    Payload: Buffer.from(JSON.stringify(event)),
  });
  try {
    await client.send(command, { abortSignal });
  } finally {
    client.destroy();
  }
};
