import { stringify } from 'yaml';
import type { ConfigBundle } from '../../contract/documents/config';
import { SHARD_LABEL } from '../../contract/labels';
import { PROFILES, profileIntervalMs, type ScrapeProfile } from '../../contract/profile';

/** Fires while fewer samples are taken than configured. Its own, so an oracle does not know it. */
export const PROFILE_ALERT = 'ScrapeProfileReduced';

/** Its rule. It is there in every profile, so that going back ends the alert instead of losing it. */
export function profileRules(profile: ScrapeProfile, { global, droppable }: ConfigBundle, shard: number): string {
  const every = `every ${profileIntervalMs(profile, global.scrapeInterval) / 1000} s`;
  const without = profile === 'minimal' && droppable !== undefined ? `, without ${droppable}` : '';
  const rule = {
    alert: PROFILE_ALERT,
    expr: `vector(${PROFILES.indexOf(profile)}) > 0`,
    // The same in every profile: another label would be another alert.
    labels: { severity: 'ticket', component: 'prometheus-ha', [SHARD_LABEL]: String(shard) },
    annotations: {
      summary: `Under load, targets are scraped ${every} instead of every ${global.scrapeInterval}${without}`,
      description: 'Rules look back further and keep their timers. See docs/runbook/load-shed.md.',
    },
  };
  return stringify({ groups: [{ name: 'prometheus-ha-profile', rules: [rule] }] }, { lineWidth: 0 });
}
