import { stringify } from 'yaml';
import { SHARD_LABEL } from '../../contract/labels';
import { WATCHDOG } from '../alerts/watchdog';

/** What a group of our own rules has beside them: how often it is evaluated, where the user's file says how often all are. */
export interface OwnGroup {
  readonly interval?: string;
}

/** The dead man's switch, a file of its own beside those of the user. Apart from what functions import: yaml is a fifth of a bundle. */
export function watchdogRules(shard: number, group: OwnGroup = {}): string {
  const rule = {
    alert: WATCHDOG.alert,
    expr: 'vector(time())',
    labels: { [WATCHDOG.label.name]: WATCHDOG.label.value, [SHARD_LABEL]: String(shard) },
    annotations: {
      summary: 'Always fires: alerting is alive while this arrives',
      [WATCHDOG.evaluatedAt]: '{{ $value }}',
    },
  };
  return stringify({ groups: [{ name: 'prometheus-ha', ...group, rules: [rule] }] });
}
