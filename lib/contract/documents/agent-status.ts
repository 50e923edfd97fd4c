import type * as z from 'zod/mini';
import { int, gte, lte } from 'zod/mini';
import { documentFormat, type ReadOnly } from '../document';
import { PROFILES } from '../profile';
import { flag, listOf, nullable, number, oneOf, fields, optional, text, time, version1 } from '../shape';
import { HIGHEST_EPOCH, knownPause } from './assignment';
import { quarantined } from './quarantine';
import { shardReport } from './shard-report';

/** 0: none yet. Whoever claims an impossible one claims nothing else that is worth reading. */
const appliedEpoch = int('an epoch').check(gte(0, 'an epoch'), lte(HIGHEST_EPOCH, 'an epoch that exists'));

const sidecar = fields({
  pid: nullable(number),
  restarts: number,
  lastExit: nullable(text),
  version: text,
  /** Thanos is not installed on this machine. */
  missing: flag,
  /** How long ago the newest uploaded block was made, or could have been for the first time; null while unknown. */
  uploadAgeMs: nullable(number),
  /** Blocks on disk that still wait for their upload. */
  waitingBlocks: number,
  /** What keeps it from its work, one sentence each. */
  errors: listOf(text),
});

/** Of the node's Thanos sidecar. */
export type SidecarStatus = ReadOnly<z.output<typeof sidecar>>;

const scrub = fields({
  /** ISO 8601, UTC; null before the first pass. */
  lastPassAt: nullable(time),
  lastPassMs: nullable(number),
  lastPassBytes: nullable(number),
  /** Since the agent started. */
  passes: number,
  /** What the last pass found. */
  corruption: listOf(
    fields({
      class: text,
      /** Relative to the TSDB's directory. */
      path: nullable(text),
      says: text,
      /** What Prometheus would do if it were started on it. */
      ifStarted: text,
      foundAt: time,
    }),
  ),
  /** What is kept of earlier corruption, oldest first. */
  quarantine: listOf(quarantined),
  /** Why only another volume helps, one sentence; null when the last start needed none. */
  asksForVolume: nullable(text),
  /** Why the last pass failed; null when it did not. */
  error: nullable(text),
});

/** Of what the agent reads of the TSDB's files. */
export type ScrubStatus = ReadOnly<z.output<typeof scrub>>;

const backfill = fields({
  /** ISO 8601, UTC: up to here nothing is missing that another node has; null before the first look. */
  completeUntil: nullable(time),
  busy: flag,
  /** Samples written, and those that Prometheus refused, since the agent started. */
  samples: number,
  refused: number,
  /** The last time that something was missing. */
  last: nullable(
    fields({
      from: time,
      to: time,
      samples: number,
      refused: number,
      tookMs: number,
      at: time,
    }),
  ),
  /** What keeps it from its work; null when nothing does. */
  error: nullable(text),
});

/** Of what the agent fetches from other nodes that this one missed. */
export type BackfillStatus = ReadOnly<z.output<typeof backfill>>;

const restore = fields({
  /** Their ULIDs: still to come, and come back since the agent started. */
  wanted: listOf(text),
  restored: listOf(text),
  /** Why the last attempt failed; null when it did not. */
  error: nullable(text),
});

/** Of blocks that the node lost and fetches from the bucket. */
export type RestoreStatus = ReadOnly<z.output<typeof restore>>;

const volume = fields({
  /** null: a plain directory, or none is mounted yet. */
  id: nullable(text),
  generation: nullable(number),
  /** What is wrong with it, and since when (ISO 8601, UTC). */
  trouble: nullable(text),
  since: nullable(time),
  because: nullable(text),
  freeBytes: nullable(number),
  totalBytes: nullable(number),
  /** What is done about it just now; null: nothing. */
  doing: nullable(text),
  /** What was given up so that Prometheus has room, the newest last. */
  freed: listOf(text),
});

/** Of the data volume as a whole. */
export type VolumeStatus = ReadOnly<z.output<typeof volume>>;

const status = fields({
  version: version1,
  cluster: text,
  shard: number,
  node: text,
  instanceId: text,
  address: text,
  zone: text,
  /** ISO 8601, UTC, this node's clock. */
  now: time,
  startedAt: time,
  role: oneOf('active', 'standby', 'unassigned'),
  appliedEpoch,
  /** The pause of that epoch; null: none. Absent in what agents of an earlier deploy say. */
  pause: optional(nullable(knownPause)),
  /** The sentence of the last round. */
  because: text,
  gate: fields({
    open: flag,
    primed: flag,
    held: number,
    /** Alerts that some Alertmanager accepted since the agent started. */
    sent: number,
    /** ISO 8601 times of the last opening and of the first post accepted by an Alertmanager after it. */
    openedAt: nullable(time),
    firstAcceptedAt: nullable(time),
    alertmanagers: listOf(
      fields({
        address: text,
        behind: number,
        error: nullable(text),
      }),
    ),
  }),
  prometheus: fields({
    pid: nullable(number),
    startedAt: nullable(time),
    restarts: number,
    lastExit: nullable(text),
    version: text,
  }),
  alertmanager: fields({ pid: nullable(number), restarts: number, version: text }),
  /** null: this node has none. Absent in what agents of an earlier deploy say. */
  sidecar: optional(nullable(sidecar)),
  config: fields({ hash: nullable(text), loadedAt: nullable(time), error: nullable(text) }),
  /** The scrape profile in force. Absent in what agents of an earlier deploy say. */
  profile: optional(
    fields({
      name: oneOf(...PROFILES),
      /** Between two scrapes, ms, where the profile slows them down; null: as configured. */
      slowScrapeMs: nullable(number),
      /** Loaded so recently that not every target has been scraped since. */
      settling: flag,
    }),
  ),
  /** What of the user's targets it scrapes. Absent in what agents of an earlier deploy say. */
  sharding: optional(shardReport),
  store: fields({ reachable: flag, lastReadAt: nullable(time) }),
  /** The dead man's switch that last came back to this node, ISO 8601. Absent from agents that know none. */
  watchdog: optional(fields({ receivedAt: nullable(time), evaluatedAt: nullable(time) })),
  /** What the scrub of the TSDB saw. Absent from agents that have none. */
  scrub: optional(scrub),
  /** What was fetched of what this node missed. Absent from agents that fetch nothing. */
  backfill: optional(backfill),
  /** null: there is no bucket for blocks. */
  restore: optional(nullable(restore)),
  /** Absent from agents that look at no volume. */
  volume: optional(volume),
  breakGlass: nullable(fields({ since: time, because: text })),
});

/** GET http://node:PORTS.agent/v1/status: what an agent says of itself. Read by probes, the CLI and drills. */
export type AgentStatus = ReadOnly<z.output<typeof status>>;

export const AGENT_STATUS = documentFormat({
  what: 'status of an agent',
  shape: status,
  maxBytes: 4 * 1024 * 1024,
  fix: "look at the node's agent: another program may listen on its port",
});
