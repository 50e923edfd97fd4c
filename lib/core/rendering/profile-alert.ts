import { stringify } from 'yaml';
import { SHARD_LABEL } from '../../contract/labels';
import { PROFILES, type ScrapeProfile } from '../../contract/profile';
import type { OwnGroup } from './watchdog-rules';

/** Fires while less is scraped than configured. Its own, so an oracle does not know it. */
export const PROFILE_ALERT = 'ScrapeProfileReduced';

/** Its rule. It is there in every profile, so that going back ends the alert instead of losing it. */
export function profileRules(
  profile: ScrapeProfile,
  droppable: string | undefined,
  shard: number,
  group: OwnGroup = {},
): string {
  const rule = {
    alert: PROFILE_ALERT,
    expr: `vector(${PROFILES.indexOf(profile)}) > 0`,
    // The same in every profile: another label would be another alert.
    labels: { severity: 'ticket', component: 'prometheus-ha', [SHARD_LABEL]: String(shard) },
    annotations: {
      summary: `Under load, targets are scraped without ${droppable ?? 'anything that is droppable'}`,
      description: 'Rules and intervals stay. See docs/runbook/load-shed.md.',
    },
  };
  return stringify({ groups: [{ name: 'prometheus-ha-profile', ...group, rules: [rule] }] }, { lineWidth: 0 });
}
