import { loadsOf } from '../shared/load-prober';
import { shed } from '../../lib/shell/assignment/shed';
import { LOAD_SETTINGS } from '../../lib/contract/documents/settings';
import { ENV } from '../../lib/contract/environment';
import { readFunctionConfig } from '../shared/config';
import { connectControl, keptWarm } from '../shared/control';
import { log } from '../shared/log';
import { reasonToIgnore } from './request';

const controlOf = keptWarm(connectControl);

/**
 * Looks at the load of every node and moves the cluster through the scrape profiles. Called by health-check while they
 * bear too much or scrape less, by its schedule should health-check not run, by the alarm `load-high`, or by an operator; any number of calls at once is harmless, as only one write of an epoch can win.
 */
export async function handler(event: unknown): Promise<{ acted: boolean; because: string }> {
  const ignored = reasonToIgnore(event);
  if (ignored !== null) {
    log('info', 'load-ignored', { because: ignored });
    return { acted: false, because: ignored };
  }
  const config = readFunctionConfig(process.env);
  const settings = LOAD_SETTINGS.parse(process.env[ENV.load] ?? '', ENV.load);
  const control = controlOf(config);
  const { store, addresses } = control;
  await addresses.refresh();
  const outcome = await shed({
    store,
    ...settings,
    now: Date.now,
    loads: (profile) => loadsOf(addresses.addresses(), profile, settings),
  });
  const { acted, because, assignment, share } = outcome;
  const profile = assignment?.scrapeProfile ?? 'normal';
  log(acted ? 'warn' : 'info', acted ? 'profile-changed' : 'profile-kept', { profile, because, share });
  return { acted, because };
}
