import { probeLoad } from './load-prober';
import { shed } from '../../lib/shell/assignment/shed';
import { LOAD_SETTINGS } from '../../lib/contract/documents/settings';
import { ENV } from '../../lib/contract/environment';
import { METRICS } from '../../lib/contract/metrics';
import { PROFILES } from '../../lib/contract/profile';
import type { NodeLoad } from '../../lib/core/load/shed';
import { readFunctionConfig } from '../shared/config';
import { connectControl, keptWarm } from '../shared/control';
import { log } from '../shared/log';
import { publish } from '../shared/metrics';
import { reasonToIgnore } from './request';

/** Ten queries over some minutes: more than a probe, and nobody waits for them. */
const TIMEOUT_MS = 5_000;

const controlOf = keptWarm(connectControl);

/**
 * Looks at the load of every node and moves the cluster through the scrape profiles. Called every minute, by the alarm
 * `load-high`, or by an operator; any number of calls at once is harmless, as only one write of an epoch can win.
 */
export async function handler(event: unknown): Promise<{ acted: boolean; because: string }> {
  const ignored = reasonToIgnore(event);
  if (ignored !== null) {
    log('info', 'load-ignored', { because: ignored });
    return { acted: false, because: ignored };
  }
  const config = readFunctionConfig(process.env);
  const { policy, scrapeInterval } = LOAD_SETTINGS.parse(process.env[ENV.load] ?? '', ENV.load);
  const control = controlOf(config);
  const { store, addresses } = control;
  await addresses.refresh();
  const outcome = await shed({
    store,
    policy,
    scrapeInterval,
    now: Date.now,
    loads: async (profile) => {
      const found = await Promise.all(
        [...addresses.addresses()].map(([node, address]) =>
          probeLoad(node, address, { profile, scrapeInterval, policy }, TIMEOUT_MS, (error) =>
            log('warn', 'load-not-read', { node, error }),
          ),
        ),
      );
      return found.filter((load): load is NodeLoad => load !== null);
    },
  });
  const { acted, because, assignment, share } = outcome;
  const profile = assignment?.scrapeProfile ?? 'normal';
  log(acted ? 'warn' : 'info', acted ? 'profile-changed' : 'profile-kept', { profile, because, share });
  publish(config.cluster, config.shard, [
    { metric: METRICS.scrapeProfile, value: PROFILES.indexOf(profile) },
    ...(share === null ? [] : [{ metric: METRICS.loadShare, value: share }]),
  ]);
  return { acted, because };
}
