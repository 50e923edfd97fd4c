import type * as z from 'zod/mini';
import type { ReadOnly } from '../../document';
import { flag, listOf, nullable, number, fields, oneOf, text, time } from '../../shape';
import { quarantined } from '../quarantine';

export const sidecar = fields({
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

export const nodeQuery = fields({
  pid: nullable(number),
  restarts: number,
  lastExit: nullable(text),
  /** Why it does not answer clients, one sentence; null: it does. */
  problem: nullable(text),
});

/** Of the node's own Thanos query, which clients reach. */
export type NodeQueryStatus = ReadOnly<z.output<typeof nodeQuery>>;

export const scrub = fields({
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

export const backfill = fields({
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

export const restore = fields({
  /** Their ULIDs: still to come, and come back since the agent started. */
  wanted: listOf(text),
  restored: listOf(text),
  /** Why the last attempt failed; null when it did not. */
  error: nullable(text),
});

/** Of blocks that the node lost and fetches from the bucket. */
export type RestoreStatus = ReadOnly<z.output<typeof restore>>;

export const volume = fields({
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

export const secrets = fields({
  /** How many the configuration declares. */
  declared: number,
  /** When every one was fetched, ISO 8601, UTC; null: never. */
  fetchedAt: nullable(time),
  /** Those without a value, why, and what fails for it: receivers, jobs. Never a value. */
  missing: listOf(fields({ name: text, because: text, usedBy: listOf(text) })),
  /** Those of which an earlier value is used. */
  notRenewed: listOf(fields({ name: text, because: text })),
  /** When the last good copy was last written to the data volume. */
  copiedAt: nullable(time),
  /** Why it could not be; null when it could. */
  copyProblem: nullable(text),
});

/** Of the secrets that prometheus.yml and alertmanager.yml name. */
export type SecretsStatus = ReadOnly<z.output<typeof secrets>>;

export const trust = fields({
  /** The last moment of its certificate, ISO 8601; null: it has none. */
  until: nullable(time),
  /** Why it asks for one, one sentence; null: it does not. */
  asks: nullable(text),
  /** Why it got none when it last asked, one sentence; null: it was not refused. */
  refused: nullable(text),
  /** How its Alertmanager speaks to the others; null: it does not run. */
  gossip: nullable(oneOf('tls', 'plain')),
});

/** Of the node's certificate. */
export type TrustStatus = ReadOnly<z.output<typeof trust>>;
