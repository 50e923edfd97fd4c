import type * as z from 'zod/mini';
import { documentFormat, type ReadOnly } from '../document';
import {
  address,
  flag,
  listOf,
  mapOf,
  moment,
  name,
  nullable,
  number,
  fields,
  orElse,
  text,
  time,
  ulid,
  version1,
  whole,
} from '../shape';

/** Files that an agent keeps for its next life. Nothing depends on one: a file that cannot be read is left out. */
const fix = 'remove the file: the agent writes it anew';
const MiB = 1024 * 1024;

const peers = listOf(fields({ shard: whole, node: name, address }));

/** peers.json: which nodes announced themselves, and where they are, for the day on which S3 is down. */
export const KNOWN_PEERS = documentFormat({ what: 'list of known nodes', shape: peers, maxBytes: 4 * MiB, fix });

const pidFile = fields({
  pid: whole,
  /** Clock ticks after boot: a pid alone is reused. */
  startTicks: number,
  bootId: text,
  startedAt: time,
  command: text,
  args: listOf(text),
});

/** <program>.pid: lets a restarted agent recognise what an earlier one started. */
export type PidFile = ReadOnly<z.output<typeof pidFile>>;
export const PID_FILE = documentFormat({ what: 'pid file', shape: pidFile, maxBytes: MiB, fix });

const repairs = fields({
  tried: listOf(text),
  /** Ms since the Unix epoch; null for never. */
  restartedAt: nullable(moment),
});

/** repairs.json: for what a node restarted its Prometheus already. */
export type TriedRepairs = ReadOnly<z.output<typeof repairs>>;
export const TRIED_REPAIRS = documentFormat({
  what: 'list of tried repairs',
  shape: repairs,
  maxBytes: 4 * MiB,
  fix,
  indented: false,
});

const wanted = listOf(
  fields({
    ulid,
    minTime: moment,
    maxTime: moment,
    /** How often what came was not whole. */
    failures: whole,
  }),
);

/** <data>/restore/wanted.json: blocks that this node had and lost. Times in ms since the Unix epoch. */
export type WantedBlocks = ReadOnly<z.output<typeof wanted>>;
export type WantedBlock = WantedBlocks[number];
export const WANTED_BLOCKS = documentFormat({
  what: 'list of wanted blocks',
  shape: wanted,
  maxBytes: 16 * MiB,
  fix,
  indented: false,
});

const backfillState = fields({
  version: version1,
  /** Up to here nothing is missing that a peer has. */
  completeUntil: moment,
  /** A repair may have lost single series up to here: scrapes that were made prove nothing. 0 for none. */
  thoroughUntil: moment,
});

/** <data>/backfill/state.json: a volume made from a snapshot brings the knowledge that fits it. */
export type BackfillState = ReadOnly<z.output<typeof backfillState>>;
export const BACKFILL_STATE = documentFormat({
  what: 'state of the backfill',
  shape: backfillState,
  maxBytes: MiB,
  fix,
  indented: false,
});

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
