import { PORTS } from '../../lib/contract/ports';
import { WATCHDOG_PATH } from '../../lib/core/rendering/render-alertmanager';
import { callLambda } from '../../lib/shell/aws/call-function';
import { remedyWebhook } from '../remedies/webhook';
import { serveApi } from '../status/http-api';
import { buildStatus } from '../status/status';
import { ownFile } from '../base/files';
import { readableBy } from '../secrets/readers';
import { serveWebhooks, type Webhook } from '../webhooks/server';
import { webhookToken } from '../webhooks/token';
import type { Parts } from './parts';

/** What others ask this agent, and what its Alertmanager notifies it of. @throws when a port is taken */
export async function serveOthers(parts: Parts): Promise<void> {
  const { base, identity, watchdog, announcer, gate, failover } = parts;
  const { config, env, paths, log } = base;
  const onWatchdog: Webhook = (notification) => {
    // Its shard waits to hear of it; a round that fails is said by the loop.
    if (watchdog.take(notification)) void announcer.round().catch(() => {});
  };
  await serveWebhooks(
    (path) => (path === WATCHDOG_PATH ? onWatchdog : remedyWebhook(path, config.cluster, config.node, callLambda, log)),
    webhookToken(paths.webhookToken, env.units ? readableBy(['alertmanager']) : ownFile()),
    env.gateAddress,
    PORTS.webhooks,
    log,
  );
  await serveApi(
    {
      status: () => buildStatus(parts),
      hear: (epoch) => failover.hear(epoch),
      held: () => [...gate.state.held.values()],
      counters: () => ({ storeErrors: failover.role.storeErrors }),
    },
    identity.address,
    PORTS.agent,
  );
}
