import { loadsOf } from '../shared/load-prober';
import { systemClock } from '../../lib/shell/async/clock';
import { shed, type ShedOutcome } from '../../lib/shell/assignment/shed';
import { LOAD_SETTINGS, type LoadSettings } from '../../lib/contract/documents/settings';
import { ENV } from '../../lib/contract/environment';
import { readFunctionConfig } from '../shared/config';
import { connectControl, keptWarm, type Control } from '../shared/control';
import { log } from '../shared/log';
import { everyInterval, mayGoOnMs } from '../shared/loop';
import { standIn } from '../shared/stand-in';
import { reasonToIgnore } from './request';

const controlOf = keptWarm(connectControl);

const LOOK_MS = 60_000;

/**
 * Looks at the load of every node and has the cluster do without what is droppable while they bear too much. Called by
 * health-check while they do or scrape less, by the alarm `load-high`, by its schedule, or by an operator. While health-check is silent it
 * looks in its place. Any number of calls at once is harmless, as only one write of an epoch can win.
 */
export async function handler(
  event: unknown,
  context: { getRemainingTimeInMillis(): number },
): Promise<{ acted: boolean; because: string }> {
  const ignored = reasonToIgnore(event);
  if (ignored !== null) {
    log('info', 'load-ignored', { because: ignored });
    return { acted: false, because: ignored };
  }
  const config = readFunctionConfig(process.env);
  const settings = LOAD_SETTINGS.parse(process.env[ENV.load] ?? '', ENV.load);
  const control = controlOf(config);
  const standsIn = standIn(event, control);
  let last = { acted: false, because: 'No time was left for a look.' };
  const cycle = async (): Promise<'nothing left' | void> => {
    last = told(await look(control, settings));
    if (!(await standsIn())) return 'nothing left';
  };
  await everyInterval(LOOK_MS, mayGoOnMs(context), cycle, systemClock);
  return last;
}

async function look({ store, addresses }: Control, settings: LoadSettings): Promise<ShedOutcome> {
  await addresses.refresh();
  return shed({
    store,
    policy: settings.policy,
    droppable: settings.droppable === true,
    now: Date.now,
    loads: (assignment) => loadsOf(addresses.addresses(), settings, assignment),
  });
}

function told({ acted, because, assignment, share }: ShedOutcome): { acted: boolean; because: string } {
  const profile = assignment?.scrapeProfile ?? 'normal';
  log(acted ? 'warn' : 'info', acted ? 'profile-changed' : 'profile-kept', { profile, because, share });
  return { acted, because };
}
