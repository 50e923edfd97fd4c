import { stringify } from 'yaml';
import type { ConfigBundle } from '../../contract/documents/config';
import { SHARD_LABEL } from '../../contract/labels';
import { PROFILES, profileIntervalMs, type ScrapeProfile } from '../../contract/profile';
import type { OwnGroup } from './watchdog-rules';

/** Fires while fewer samples are taken than configured. Its own, so an oracle does not know it. */
export const PROFILE_ALERT = 'ScrapeProfileReduced';

/** Its rule. It is there in every profile, so that going back ends the alert instead of losing it. */
export function profileRules(
  profile: ScrapeProfile,
  bundle: ConfigBundle,
  shard: number,
  group: OwnGroup = {},
): string {
  const rule = {
    alert: PROFILE_ALERT,
    expr: `vector(${PROFILES.indexOf(profile)}) > 0`,
    // The same in every profile: another label would be another alert.
    labels: { severity: 'ticket', component: 'prometheus-ha', [SHARD_LABEL]: String(shard) },
    annotations: {
      summary: `Under load, targets are scraped ${shed(profile, bundle)}`,
      description: `${bundle.prometheus === undefined ? 'Rules look back further and keep their timers. ' : ''}See docs/runbook/load-shed.md.`,
    },
  };
  return stringify({ groups: [{ name: 'prometheus-ha-profile', ...group, rules: [rule] }] }, { lineWidth: 0 });
}

/** Intervals of the user's own file mean something to its rules, so they stay: only what is droppable goes. */
function shed(profile: ScrapeProfile, { global, droppable, prometheus }: ConfigBundle): string {
  if (prometheus !== undefined)
    return droppable === undefined ? 'as ever: nothing is droppable' : `without ${droppable}`;
  const without = profile === 'minimal' && droppable !== undefined ? `, without ${droppable}` : '';
  return `every ${profileIntervalMs(profile, global.scrapeInterval) / 1000} s instead of every ${global.scrapeInterval}${without}`;
}
