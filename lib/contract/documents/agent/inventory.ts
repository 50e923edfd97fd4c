import type * as z from 'zod/mini';
import { documentFormat, type ReadOnly } from '../../document';
import { flag, listOf, mapOf, nullable, number, fields, orElse, text, time, version1 } from '../../shape';
import { fix, MiB } from '../agent-files';

const segment = fields({
  /** Up to the end of the last record. */
  bytes: number,
  modified: number,
  /** Checksum of the first `bytes` bytes: these never change, so another beginning is another file. */
  begin: fields({ bytes: number, crc: number }),
});

const block = fields({
  meta: fields({
    text,
    minTime: number,
    maxTime: number,
    sources: listOf(text),
    parents: listOf(text),
    /** Emptied by a compaction: the next reload removes it. */
    deletable: flag,
  }),
  /** Path → bytes. */
  files: mapOf(text, number),
  /** ISO 8601, UTC: when every chunk of it was last read; null for never. */
  deepAt: nullable(time),
});

const inventory = fields({
  version: version1,
  /** ISO 8601, UTC: the pass that it is from; empty before the first. */
  at: text,
  /** Segments of the WAL, the WBL and the checkpoint, by path. */
  segments: mapOf(text, segment),
  /** By ULID. */
  blocks: mapOf(text, block),
  /** ISO 8601, UTC: since when there are more blocks on disk than Prometheus has loaded; null when not so. */
  notLoadedSince: orElse(nullable(time), null),
});

/**
 * <data>/scrub/inventory.json: what was there at the last pass, which a look at the files as they are cannot tell. It lies
 * beside the TSDB on the same volume, so that a volume made from a snapshot brings the memory that fits it.
 */
export type Inventory = ReadOnly<z.output<typeof inventory>>;
export type RememberedSegment = Inventory['segments'][string];
export type RememberedBlock = Inventory['blocks'][string];
export const INVENTORY = documentFormat({
  what: 'inventory of the scrub',
  shape: inventory,
  maxBytes: 256 * MiB,
  fix,
  indented: false,
});
