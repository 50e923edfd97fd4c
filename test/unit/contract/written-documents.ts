import * as fc from 'fast-check';
import * as agentFiles from '../../../lib/contract/documents/agent-files';
import { HELD_ALERTS } from '../../../lib/contract/documents/alerts';
import { ANNOUNCEMENT, HEARTBEAT } from '../../../lib/contract/documents/announcement';
import { ASSIGNMENT, HIGHEST_EPOCH, type Assignment } from '../../../lib/contract/documents/assignment';
import { CONFIG_BUNDLE, CONFIG_POINTER } from '../../../lib/contract/documents/config';
import { NODE_CONFIG } from '../../../lib/contract/documents/node-config';
import { REMEDY_RECORD, REMEDY_TARGETS } from '../../../lib/contract/documents/remedy';
import { QUARANTINE_MANIFEST } from '../../../lib/contract/documents/quarantine';
import { SHARD_MAP } from '../../../lib/contract/documents/shard-map';
import { RESTORE_RECORD, STORAGE_REPORT } from '../../../lib/contract/documents/storage';
import {
  CERTIFICATE_ANSWER,
  CERTIFICATE_REQUEST,
  OWN_CERTIFICATE,
  TRUST_BUNDLE,
} from '../../../lib/contract/documents/trust';
import { DEFAULT_POLICY } from '../../../lib/contract/documents/policy';
import type { DocumentFormat } from '../../../lib/contract/document';

const { KNOWN_PEERS, PID_FILE, TRIED_REPAIRS, WANTED_BLOCKS, BACKFILL_STATE } = agentFiles;

const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,20}$/);
const time = fc.date({ noInvalidDate: true, min: new Date(0), max: new Date(4e12) }).map((d) => d.toISOString());
const text = fc.string({ unit: 'grapheme' });
const count = fc.nat();
const orNull = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: null });
const ip = fc.ipV4().filter((text) => !/^(0|169\.254|2[2-5]\d)\./.test(text));
const hash = fc.stringMatching(/^[0-9a-f]{64}$/);
const ulid = fc.stringMatching(/^[0-9A-HJKMNP-TV-Z]{26}$/);
const v1 = fc.constant(1 as const);
const pause = fc.record({ by: text, since: time, reason: text });
const withheld = fc.record({ by: text, since: time, reason: text, until: time });
const shardReport = fc.record({
  shardCounts: fc.array(fc.integer({ min: 1 })),
  isHealthy: fc.boolean(),
  settled: fc.boolean(),
});

const publicKey = fc
  .stringMatching(/^[A-Za-z0-9+/]{86}$/)
  .map((point) => `MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE${point}==`);
const certificate = fc
  .array(fc.stringMatching(/^[A-Za-z0-9+/]{64}$/), { minLength: 1, maxLength: 9 })
  .map((lines) => ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n'));
const answer = fc.record({
  version: v1,
  publicKey,
  at: time,
  given: orNull(fc.record({ certificate, until: time, authority: publicKey })),
  refused: orNull(text),
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
    scrapeProfile: fc.constantFrom('normal' as const, 'reduced' as const),
    profileSince: time,
    withheld,
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
export const WRITTEN: Readonly<Record<string, readonly [DocumentFormat<unknown>, fc.Arbitrary<unknown>]>> = {
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
      trust: fc.record({ until: orNull(time), authority: orNull(text) }),
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
  'request for a certificate': [
    CERTIFICATE_REQUEST,
    fc.record({
      version: v1,
      shard: count,
      node: name,
      address: ip,
      publicKey,
      at: time,
      proof: fc.stringMatching(/^[A-Za-z0-9+/]{96}$/),
    }),
  ],
  'answer with a certificate': [CERTIFICATE_ANSWER, answer],
  'own certificate': [OWN_CERTIFICATE, fc.record({ version: v1, address: ip, issuedAt: time, answer })],
  'bundle of trust': [
    TRUST_BUNDLE,
    fc.record({
      version: v1,
      generation: count,
      authorities: fc.array(fc.record({ publicKey, certificate, until: time }), { minLength: 1, maxLength: 4 }),
      gossip: fc.record({ tls: fc.boolean(), since: time }),
    }),
  ],
  'held alerts': [
    HELD_ALERTS,
    fc.record({ alerts: fc.array(fc.record({ labels: fc.record({ alertname: text }), endsAt: time })) }),
  ],
};
