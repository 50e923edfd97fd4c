import * as fc from 'fast-check';
import { AGENT_STATUS } from '../../../lib/contract/documents/agent-status';
import { INVENTORY } from '../../../lib/contract/documents/agent/inventory';
import { NOTIFICATION, POSTED_ALERTS, type Notification } from '../../../lib/contract/documents/alerts';
import * as events from '../../../lib/contract/documents/events';
import { RELAY_ANSWER, RELAY_REQUEST } from '../../../lib/contract/documents/relay';
import { SILENCE_REQUEST } from '../../../lib/contract/documents/silence';
import { SEALED_SECRETS, SECRET_NEEDS, SECRET_VALUES } from '../../../lib/contract/documents/secrets';
import { LOAD_SETTINGS, QUERY_ROUTES } from '../../../lib/contract/documents/settings';
import type { DocumentFormat } from '../../../lib/contract/document';
import { emptyGate, hold, forgetStale } from '../../../lib/core/alerts/gate';
import { owed, NOTHING_DELIVERED } from '../../../lib/core/alerts/owed';
import { watchdogsIn } from '../../../lib/core/alerts/watchdog';
import { anAgentStatus } from '../../fixtures/builders';
import { WRITTEN } from '../../unit/contract/written-documents';
import { nastyJson } from '../nasty';
import { orRefused, readsBack } from '../refused';
import { textTarget, type FuzzTarget } from '../target';

const AT = '2026-06-01T12:00:00.000Z';
const LABELS = { alertname: 'Watchdog', prometheus_ha: 'watchdog', shard: '0' };
const POINTER = { version: 1, bucket: 'b', key: 'k', hash: 'a'.repeat(64), generation: 1 };
const LOAD = {
  policy: {
    limits: { scrapeTime: 1, samplesPerSecond: 1, memoryMiB: 1, walMiBPerMinute: 1, evaluationTime: 1 },
    sustainedForMs: 1,
    recoverAfterMs: 1,
  },
  scrapeInterval: '1s',
};
const ALERTS = [{ labels: LABELS, startsAt: AT, endsAt: AT, annotations: { a: 'b' } }];
const NOTIFIED: Notification = {
  alerts: [{ status: 'firing', labels: LABELS, annotations: { evaluated_at: '1780000000.5' }, startsAt: AT }],
};

/** One of each kind that no other test has. */
const EXAMPLES: readonly (readonly [string, DocumentFormat<unknown>, unknown])[] = [
  ['status of an agent', AGENT_STATUS, anAgentStatus('a')],
  [
    'inventory',
    INVENTORY,
    {
      version: 1,
      at: '',
      segments: { 'wal/1': { bytes: 1, modified: 1, begin: { bytes: 1, crc: 1 } } },
      blocks: {
        x: {
          meta: { text: '', minTime: 0, maxTime: 1, sources: [], parents: [], deletable: false },
          files: { a: 1 },
          deepAt: null,
        },
      },
      notLoadedSince: null,
    },
  ],
  ['load settings', LOAD_SETTINGS, LOAD],
  ['query routes', QUERY_ROUTES, { listenerArn: 'a', thanosTargetGroupArn: 'b', nodesTargetGroupArn: 'c' }],
  [
    'event of an alarm',
    events.ALARM_EVENT,
    { source: 'aws.cloudwatch', alarmData: { alarmName: 'x', state: { value: 'OK' } } },
  ],
  ['event of a schedule', events.SCHEDULE_EVENT, { source: 'schedule', config: POINTER, time: AT }],
  ['event of health-check', events.DUE_EVENT, { source: 'health-check', forMs: 1 }],
  ['event of an agent', events.AGENT_EVENT, { source: 'agent', exited: 'a' }],
  ['request for a remedy', events.REMEDY_REQUEST, { source: 'agent', remedy: 'redis', node: 'a' }],
  ['request to the relay', RELAY_REQUEST, { url: 'http://10.0.0.1:9090/', maxBytes: 1 }],
  ['request for silences', SILENCE_REQUEST, { url: 'http://10.0.0.1:9193/', method: 'GET', body: null, by: 'a@b' }],
  ['answer of the relay', RELAY_ANSWER, { status: 200, body: 'x' }],
  [
    'needs of secrets',
    SECRET_NEEDS,
    { version: 1, declared: { A: { parameter: 'a' } }, texts: { 'text-1': '${A}' }, filled: ['alertmanager.yml'] },
  ],
  ['values of secrets', SECRET_VALUES, { version: 1, values: { 'ssm:a': 'v' }, fetchedAt: AT }],
  ['copy of secrets', SEALED_SECRETS, { version: 1, key: 'a', iv: 'b', tag: 'c', data: 'd' }],
];

const alertsPosted = textTarget('posted alerts', nastyJson(fc.constant(ALERTS)), (text) => {
  readsBack(POSTED_ALERTS, text);
  const posted = orRefused(() => POSTED_ALERTS.parse(text, 'here'));
  if (posted === undefined) return;
  const now = Date.parse(AT);
  const state = forgetStale(hold(hold(emptyGate(), posted, now - 1), posted, now), now);
  owed(state, NOTHING_DELIVERED, now, { openedAt: 0, lifeMs: 60_000, endsWait: { ms: 0, upTo: state.seq } });
});

const notified = textTarget('notification', nastyJson(fc.constant(NOTIFIED)), (text) => {
  const notification = orRefused(() => NOTIFICATION.parse(text, 'here'));
  if (notification === undefined) return;
  for (const at of watchdogsIn(notification, Date.parse(AT)).values()) new Date(at).toISOString();
});

export const DOCUMENT_TARGETS: readonly FuzzTarget[] = [
  ...Object.entries(WRITTEN).map(([name, [format, valid]]) =>
    textTarget(name, nastyJson(valid), (text) => readsBack(format, text)),
  ),
  ...EXAMPLES.map(([name, format, valid]) =>
    textTarget(name, nastyJson(fc.constant(valid)), (text) => readsBack(format, text)),
  ),
  alertsPosted,
  notified,
];
