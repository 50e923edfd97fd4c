import * as fc from 'fast-check';
import * as agentFiles from '../../../lib/contract/documents/agent-files';
import { AGENT_STATUS } from '../../../lib/contract/documents/agent-status';
import { HELD_ALERTS, NOTIFICATION, POSTED_ALERTS } from '../../../lib/contract/documents/alerts';
import { ANNOUNCEMENT, HEARTBEAT } from '../../../lib/contract/documents/announcement';
import { ASSIGNMENT, HIGHEST_EPOCH, type Assignment } from '../../../lib/contract/documents/assignment';
import { CONFIG_BUNDLE, CONFIG_POINTER } from '../../../lib/contract/documents/config';
import * as events from '../../../lib/contract/documents/events';
import { NODE_CONFIG } from '../../../lib/contract/documents/node-config';
import { REMEDY_RECORD, REMEDY_TARGETS } from '../../../lib/contract/documents/remedy';
import { QUARANTINE_MANIFEST } from '../../../lib/contract/documents/quarantine';
import { LOAD_SETTINGS, QUERY_ROUTES } from '../../../lib/contract/documents/settings';
import { ONE_SHARD, SHARD_MAP } from '../../../lib/contract/documents/shard-map';
import { RESTORE_RECORD, STORAGE_REPORT } from '../../../lib/contract/documents/storage';
import { DEFAULT_POLICY } from '../../../lib/contract/documents/policy';
import { UserError } from '../../../lib/contract/errors';
import type { DocumentFormat } from '../../../lib/contract/document';
import { promoted } from '../../../lib/core/failover/promoted';

const { KNOWN_PEERS, PID_FILE, TRIED_REPAIRS, WANTED_BLOCKS, BACKFILL_STATE, INVENTORY } = agentFiles;
const { ALARM_EVENT, SCHEDULE_EVENT, OPERATOR_EVENT, AGENT_EVENT, REMEDY_REQUEST } = events;

const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,20}$/);
const time = fc.date({ noInvalidDate: true, min: new Date(0), max: new Date(4e12) }).map((d) => d.toISOString());
const text = fc.string({ unit: 'grapheme' });
const count = fc.nat();
const orNull = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: null });
const ip = fc.ipV4();
const hash = fc.stringMatching(/^[0-9a-f]{64}$/);
const ulid = fc.stringMatching(/^[0-9A-HJKMNP-TV-Z]{26}$/);
const v1 = fc.constant(1 as const);
const pause = fc.record({ by: text, since: time, reason: text });
const shardReport = fc.record({
  shardCounts: fc.array(fc.integer({ min: 1 })),
  isHealthy: fc.boolean(),
  settled: fc.boolean(),
});

const assignment: fc.Arbitrary<Assignment> = fc.record(
  {
    version: v1,
    epoch: fc.integer({ min: 1, max: HIGHEST_EPOCH }),
    active: name,
    reason: text,
    by: text,
    since: time,
    at: time,
    promotions: fc.array(time),
    paused: orNull(pause),
    scrapeProfile: fc.constantFrom('normal' as const, 'reduced' as const, 'minimal' as const),
    profileSince: time,
  },
  {
    requiredKeys: [
      'version',
      'epoch',
      'active',
      'reason',
      'by',
      'since',
      'at',
      'promotions',
      'paused',
      'scrapeProfile',
    ],
  },
);
const pointer = fc.record({ version: v1, bucket: name, key: text, hash });
const artifact = fc.record({ version: text, urls: fc.constant({ amd64: 'u' }), sha256: fc.record({ amd64: hash }) });
const file = fc.stringMatching(/^[a-z][a-z0-9._-]{0,20}$/);

/** Of each document: what its writers write. */
const WRITTEN: Readonly<Record<string, readonly [DocumentFormat<unknown>, fc.Arbitrary<unknown>]>> = {
  assignment: [ASSIGNMENT, assignment],
  announcement: [
    ANNOUNCEMENT,
    fc.record({
      version: v1,
      node: name,
      instanceId: text,
      address: ip,
      zone: text,
      volumeId: orNull(text),
      at: time,
      agentStartedAt: time,
      versions: fc.record({ agent: text, prometheus: text, alertmanager: text }),
      report: shardReport,
      watchdogs: fc.dictionary(fc.stringMatching(/^\d$/), time),
    }),
  ],
  heartbeat: [HEARTBEAT, fc.record({ version: v1, at: time, invocation: text })],
  'storage report': [
    STORAGE_REPORT,
    fc.record({
      version: v1,
      node: name,
      instanceId: text,
      zone: text,
      volumeId: orNull(text),
      generation: orNull(count),
      at: time,
      trouble: orNull(fc.constantFrom('full', 'read-only', 'stalled', 'gone')),
      needsVolume: orNull(fc.record({ since: time, because: text })),
      tested: orNull(fc.record({ snapshotId: text, volumeId: text, good: fc.boolean(), because: text, at: time })),
    }),
  ],
  'restore record': [
    RESTORE_RECORD,
    fc.record({
      version: v1,
      node: name,
      state: fc.constantFrom('running', 'done', 'given-up'),
      because: text,
      startedAt: time,
      endedAt: orNull(time),
      corruptedAt: time,
      triedAt: time,
      from: orNull(text),
      snapshotId: orNull(text),
      generation: count,
      volumeId: orNull(text),
      tried: fc.array(text),
      earlier: fc.array(time),
    }),
  ],
  'shard map': [
    SHARD_MAP,
    fc.record({
      version: v1,
      shards: fc.integer({ min: 1 }),
      next: orNull(fc.integer({ min: 1 })),
      at: time,
      because: text,
    }),
  ],
  'configuration pointer': [CONFIG_POINTER, pointer],
  'configuration bundle': [
    CONFIG_BUNDLE,
    fc.record({
      version: v1,
      global: fc.record({ scrapeInterval: text, evaluationInterval: text }),
      externalLabels: fc.record({ cluster: text }),
      rules: fc.dictionary(file, text),
      targets: fc.dictionary(file, text),
      alertmanager: text,
      remedies: fc.array(fc.record({ name, alert: text })),
    }),
  ],
  "node's configuration": [
    NODE_CONFIG,
    fc.record({
      version: v1,
      cluster: name,
      shard: count,
      node: name,
      region: name,
      controlBucket: name,
      policy: fc.constant(DEFAULT_POLICY),
      prometheus: fc.record({ artifact, retentionTime: text, walSegmentSize: text, resendDelay: text }),
      alertmanager: fc.record({ artifact, peerTimeout: text }),
      thanos: fc.constant(null),
      artifactMirror: orNull(name),
    }),
  ],
  'remedy record': [
    REMEDY_RECORD,
    fc.record({
      version: v1,
      name,
      holder: orNull(text),
      until: time,
      startedAt: time,
      outcome: orNull(fc.record({ at: time, reconnected: fc.boolean(), because: text })),
    }),
  ],
  'remedy targets': [
    REMEDY_TARGETS,
    fc.array(
      fc.record({
        name,
        connect: fc.oneof(
          fc.record({
            kind: fc.constant('redis'),
            host: text,
            port: fc.integer({ min: 1, max: 65_535 }),
            tls: fc.boolean(),
          }),
          fc.record({ kind: fc.constant('http'), url: text }),
        ),
      }),
    ),
  ],
  manifest: [
    QUARANTINE_MANIFEST,
    fc.record({
      version: v1,
      incident: file,
      at: time,
      expires: time,
      items: fc.array(
        fc.record({
          path: file,
          kept: orNull(file),
          how: fc.constantFrom('moved', 'copied', 'made'),
          because: text,
          at: time,
        }),
      ),
      pending: fc.array(fc.record({ from: file, to: file })),
    }),
  ],
  peers: [KNOWN_PEERS, fc.array(fc.record({ shard: count, node: name, address: ip }))],
  'pid file': [
    PID_FILE,
    fc.record({ pid: count, startTicks: count, bootId: text, startedAt: time, command: text, args: fc.array(text) }),
  ],
  repairs: [TRIED_REPAIRS, fc.record({ tried: fc.array(text), restartedAt: orNull(count) })],
  'wanted blocks': [WANTED_BLOCKS, fc.array(fc.record({ ulid, minTime: count, maxTime: count, failures: count }))],
  'backfill state': [
    BACKFILL_STATE,
    fc.record({
      version: v1,
      completeUntil: fc.double({ min: -1e12, max: 4e12, noNaN: true }).filter((n) => !Object.is(n, -0)),
      thoroughUntil: count,
    }),
  ],
  'held alerts': [
    HELD_ALERTS,
    fc.record({ alerts: fc.array(fc.record({ labels: fc.record({ alertname: text }), endsAt: time })) }),
  ],
};

const OTHERS = [
  AGENT_STATUS,
  POSTED_ALERTS,
  NOTIFICATION,
  INVENTORY,
  LOAD_SETTINGS,
  QUERY_ROUTES,
  ALARM_EVENT,
  SCHEDULE_EVENT,
  OPERATOR_EVENT,
  AGENT_EVENT,
  REMEDY_REQUEST,
] as readonly DocumentFormat<unknown>[];

describe.each(Object.entries(WRITTEN))('the %s', (_, [format, document]) => {
  test('is read back as it was written, with what nobody here knows', () =>
    fc.assert(
      fc.property(document, fc.json(), (written, unknown) => {
        const more = Array.isArray(written)
          ? written
          : { ...(written as object), 'a field of tomorrow': JSON.parse(unknown) };
        expect(format.parse(format.serialize(more), 'here')).toEqual(JSON.parse(JSON.stringify(more)));
      }),
      { numRuns: 40 },
    ));

  test('of which a part is something else is refused in words, never with another error', () =>
    fc.assert(
      fc.property(document, fc.nat(), fc.json(), (written, at, other) => {
        const keys = Object.keys(written as object);
        if (keys.length === 0) return;
        const wrong = { ...(written as object), [keys[at % keys.length]!]: JSON.parse(other) as unknown };
        onlyUserErrors(() =>
          format.parse(JSON.stringify(Array.isArray(written) ? Object.values(wrong) : wrong), 'here'),
        );
      }),
      { numRuns: 40 },
    ));
});

test('whatever is read, what is thrown is a UserError', () => {
  const formats = [...Object.values(WRITTEN).map(([format]) => format), ...OTHERS];
  fc.assert(
    fc.property(fc.constantFrom(...formats), fc.oneof(fc.json(), fc.string()), (format, any) =>
      onlyUserErrors(() => format.parse(any, 'here')),
    ),
    { numRuns: 1_000 },
  );
});

function onlyUserErrors(work: () => unknown): void {
  try {
    work();
  } catch (error) {
    expect(error).toBeInstanceOf(UserError);
  }
}

describe('what cannot be read back is not written', () => {
  const written: Assignment = promoted(null, { active: 'a', reason: '', by: 'agent', appliedEpoch: 0 }, 0, 1);
  test.each([
    ['an epoch beyond all', { ...written, epoch: 2 ** 53 }],
    ['a time that is none', { ...written, at: 'Invalid Date' }],
    ['more than is ever read', { ...written, reason: 'x'.repeat(100_000) }],
  ])('%s', (_, next) => expect(() => ASSIGNMENT.serialize(next)).toThrow(UserError));
});

test.each([
  ['{}', KNOWN_PEERS],
  ['null', PID_FILE],
  ['[{"ulid":"../x","minTime":0,"maxTime":1,"failures":0}]', WANTED_BLOCKS],
  [
    '{"version":1,"incident":"i","at":"2026-01-01","expires":"2026-01-01","items":[],"pending":[{"from":"a","to":"../../etc/x"}]}',
    QUARANTINE_MANIFEST,
  ],
  [
    '{"version":1,"incident":"..","at":"2026-01-01","expires":"2026-01-01","items":[],"pending":[]}',
    QUARANTINE_MANIFEST,
  ],
] as [string, DocumentFormat<unknown>][])('%s is refused', (text, format) =>
  expect(() => format.parse(text, 'here')).toThrow(UserError),
);

test('a promotion by an older program keeps what a newer one wrote', () => {
  const newer = ASSIGNMENT.parse(
    JSON.stringify({
      ...promoted(null, { active: 'a', reason: '', by: 'agent', appliedEpoch: 0 }, 0, 1),
      tomorrow: { x: [1] },
    }),
    'here',
  );
  const next = promoted(newer, { active: 'b', reason: 'r', by: 'health-check', appliedEpoch: 0 }, 1_000, 1);
  expect(JSON.parse(ASSIGNMENT.serialize(next))).toMatchObject({ active: 'b', epoch: 2, tomorrow: { x: [1] } });
});

test('one shard is a shard map', () =>
  expect(SHARD_MAP.parse(SHARD_MAP.serialize(ONE_SHARD), 'here')).toEqual(ONE_SHARD));
