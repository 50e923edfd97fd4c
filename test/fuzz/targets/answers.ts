import * as fc from 'fast-check';
import { snappyCompress } from 'hysnappy';
import { unpacked } from '../../../agent/base/snappy';
import { decodeRead, encodeRead, encodeSeries } from '../../../agent/backfill/wire';
import { field, numberField } from '../../../agent/backfill/protobuf';
import { ASSIGNMENT } from '../../../lib/contract/documents/assignment';
import { DEFAULT_POLICY } from '../../../lib/contract/documents/policy';
import { PORTS } from '../../../lib/contract/ports';
import { complaints, isHealthy } from '../../../lib/core/failover/health';
import { discoveryOf } from '../../../lib/core/failover/discovery';
import type { Situation } from '../../../lib/core/failover/candidates';
import { decidePromotion } from '../../../lib/core/failover/promotion';
import { activeAlerts, clusterOf } from '../../../lib/shell/alertmanager/client';
import { askBy } from '../../../lib/shell/async/http-get';
import { readHeldAlerts } from '../../../lib/shell/probes/agent-api';
import { probeNode } from '../../../lib/shell/probes/prober';
import { Prometheus } from '../../../lib/shell/prometheus/client';
import { UserError } from '../../../lib/contract/errors';
import { anAgentStatus, anAssignment } from '../../fixtures/builders';
import { nastyBytes, nastyJson, nastyText } from '../nasty';
import { orRefused } from '../refused';
import { bytesTarget, textTarget, type FuzzTarget } from '../target';

const NOW = Date.parse('2026-06-01T12:00:00Z');
const url = `http://10.0.0.1:${PORTS.prometheus}`;
const VECTOR = { data: { result: [{ metric: { job: 'a' }, value: [1, '0.5'] }] } };
const MATRIX = {
  data: {
    result: [
      {
        metric: {},
        values: [
          [1, '1'],
          [2, '+Inf'],
        ],
      },
    ],
  },
};
const ALERT = { labels: { alertname: 'a' }, endsAt: '2026-06-01T12:00:00Z' };

/** Every question is answered so; what is asked beside it, as by a node that is well. */
function answering(text: string, other = text): void {
  askBy(async (asked) => (asked.includes('/v1/status') ? text : other));
}

/** Rejects in words of its own, or with the reason of a status. */
async function orRejected(work: Promise<unknown>): Promise<void> {
  await work.catch((error: unknown) => {
    if (!(error instanceof UserError)) throw error;
  });
}

/** A node that is probed: nothing that it answers may reject, or a shard has no failover. */
async function probed(text: string): Promise<ReturnType<typeof probeNode>> {
  answering(text, JSON.stringify(VECTOR));
  const probe = await probeNode('a', '10.0.0.1', 60_000, () => NOW);
  complaints(probe, DEFAULT_POLICY);
  isHealthy(probe, DEFAULT_POLICY);
  return probe;
}

const BOTH = fc.record({
  assignment: fc.constantFrom(anAssignment({ epoch: 7, active: 'b' }), null),
  status: fc.constant(anAgentStatus('a', { appliedEpoch: 7, store: { reachable: true, lastReadAt: null } })),
});

/** What a node and a bucket claim, and what is written of it: it can be read back, whatever they claim. */
const promotion = textTarget('promotion', nastyJson(BOTH), async (text) => {
  let said: { assignment?: unknown; status?: unknown } | null;
  try {
    said = JSON.parse(text) as typeof said;
  } catch {
    return;
  }
  const standing = orRefused(() => ASSIGNMENT.check(said?.assignment ?? null, 'here')) ?? null;
  const probe = await probed(JSON.stringify(said?.status ?? null) ?? 'null');
  const situation: Situation = {
    assignment: standing,
    nodes: ['a', 'b'],
    probes: new Map([['a', probe]]),
    policy: DEFAULT_POLICY,
    caller: 'health-check',
    silence: null,
    exited: 'b',
    consecutiveFailures: null,
  };
  const decision = decidePromotion(situation, NOW);
  if (decision.kind === 'promote') ASSIGNMENT.parse(ASSIGNMENT.serialize(decision.next), 'here');
});

const asked = (name: string, valid: unknown, ask: (prometheus: Prometheus) => Promise<unknown>): FuzzTarget =>
  textTarget(`answer: ${name}`, nastyJson(fc.constant(valid)), (text) => {
    answering(text);
    return orRejected(ask(new Prometheus(url, { timeoutMs: 60_000 })));
  });

const SERIES = encodeSeries({
  labels: [
    ['__name__', 'up'],
    ['job', 'a'],
  ],
  points: [field(2, Buffer.concat([Buffer.from('090000000000000000', 'hex'), numberField(2, NOW)]))],
});
const READ = field(1, Buffer.concat([SERIES, SERIES]));
const FEW_MB = 4 * 2 ** 20;

/** RangeError and Error are its own words: it is bytes that it refuses, not a person's document. */
const refusesBytes = (work: () => unknown): void => {
  try {
    work();
  } catch (error) {
    if (!(error instanceof RangeError) && !/^Snappy: /.test((error as Error).message)) throw error;
  }
};

export const ANSWER_TARGETS: readonly FuzzTarget[] = [
  textTarget('probe', nastyJson(fc.constant(anAgentStatus('a'))), async (text) => void (await probed(text))),
  promotion,
  textTarget('answer: held alerts', nastyJson(fc.constant({ alerts: [ALERT] })), (text) => {
    answering(text);
    return orRejected(readHeldAlerts('10.0.0.1', AbortSignal.timeout(60_000), () => {}));
  }),
  textTarget('alerts of Alertmanager', nastyJson(fc.constant([ALERT])), (text) => {
    answering(text);
    return orRejected(activeAlerts(url, 60_000));
  }),
  textTarget(
    'cluster of Alertmanager',
    nastyJson(fc.constant({ cluster: { status: 'ready', name: 'b', peers: [{ name: 'a' }] } })),
    (text) => void orRefused(() => clusterOf(text, 'here')),
  ),
  asked('vector', VECTOR, (p) => p.vector('up')),
  asked('matrix', MATRIX, (p) => p.range('up', { from: 0, to: 1, stepMs: 1 })),
  asked('targets', { data: { activeTargets: [{ labels: { job: 'a' }, scrapeInterval: '1s' }] } }, (p) => p.targets()),
  asked('alerts', { data: { alerts: [{ labels: {}, state: 'firing' }] } }, (p) => p.alerts()),
  asked('stores', { data: { sidecar: [{ name: 'a', lastError: null, labelSets: [{ a: 'b' }] }] } }, (p) => p.stores()),
  asked('configuration', { data: { yaml: 'global: {}' } }, (p) => p.config()),
  textTarget(
    'metrics of discovery',
    nastyText(
      [
        'prometheus_sd_discovered_targets{config="a",name="scrape"} 1\nprometheus_sd_refresh_failures_total{config="a"} 2\n',
      ],
      ['{', '}', '"', '\\', '\\"', ',', ' ', '\n', 'prometheus_sd_', '="', '} 1\n', 'a="b",'],
    ),
    (text) => void discoveryOf(text, ['b']),
  ),
  bytesTarget('remote read', nastyBytes(fc.constant(Uint8Array.from(snappyCompress(READ)))), (bytes) => {
    for (const wanted of ['times', 'points'] as const) refusesBytes(() => decodeRead(unpacked(bytes, FEW_MB), wanted));
  }),
  bytesTarget('messages of remote read', nastyBytes(fc.constantFrom(READ, encodeRead(0, 1, []))), (bytes) =>
    refusesBytes(() => decodeRead(bytes, 'points')),
  ),
];
