import type * as z from 'zod/mini';
import { documentFormat, type ReadOnly } from '../document';
import { flag, listOf, name, nullable, oneOf, fields, optional, text, time, version1, whole } from '../shape';

/** What is wrong with a data volume as a whole; files on it are the scrub's business. */
export const VOLUME_TROUBLES = ['full', 'read-only', 'stalled', 'gone'] as const;
export type VolumeTrouble = (typeof VOLUME_TROUBLES)[number];

const snapshotTest = fields({
  snapshotId: text,
  /** The volume that was made for the test. */
  volumeId: text,
  good: flag,
  because: text,
  /** ISO 8601, UTC. */
  at: time,
});
export type SnapshotTest = ReadOnly<z.output<typeof snapshotTest>>;

const report = fields({
  version: version1,
  node: name,
  instanceId: text,
  zone: text,
  /** The volume that is mounted, or was last. null: none was found. */
  volumeId: nullable(text),
  generation: nullable(whole),
  /** ISO 8601, UTC. */
  at: time,
  /** What the volume as a whole suffers from; null: nothing, or none is mounted. */
  trouble: nullable(oneOf(...VOLUME_TROUBLES)),
  /** null: it can live with what it has. */
  needsVolume: nullable(
    fields({
      /** ISO 8601, UTC: since when; what was written before it is taken for good. */
      since: time,
      because: text,
    }),
  ),
  /** How the last restore test that this node made came out. */
  tested: nullable(snapshotTest),
});

/** A node says how its data volume is (KEYS.storage), so that repair needs nothing from a dead volume. */
export type StorageReport = ReadOnly<z.output<typeof report>>;

export const STORAGE_REPORT = documentFormat({
  what: 'storage report of a node',
  shape: report,
  maxBytes: 64 * 1024,
  fix: "remove the object: the node's agent writes it anew within a minute",
});

const restore = fields({
  version: version1,
  node: name,
  state: oneOf('running', 'done', 'given-up'),
  because: text,
  startedAt: time,
  endedAt: nullable(time),
  /** ISO 8601, UTC. Snapshots from before are taken for good. */
  corruptedAt: time,
  /** ISO 8601, UTC: since when this snapshot is tried. */
  triedAt: time,
  /** The volume that is replaced; null: it was gone. */
  from: nullable(text),
  snapshotId: nullable(text),
  /** Of the new volume. */
  generation: whole,
  volumeId: nullable(text),
  /** Snapshots that did not help in this incident. */
  tried: listOf(text),
  /** When restores before this one began, ISO 8601, UTC, as far as they count towards the limit; absent in old records. */
  earlier: optional(listOf(time)),
});

/** One restore of a node's volume, from its beginning to its end (KEYS.restore); written by compare-and-swap. */
export type RestoreRecord = ReadOnly<z.output<typeof restore>>;

export const RESTORE_RECORD = documentFormat({
  what: 'record of a restore',
  shape: restore,
  maxBytes: 64 * 1024,
  fix: 'remove it when no restore is under way, else restore an earlier version; docs/runbook/health-check-errors.md has the commands',
});
