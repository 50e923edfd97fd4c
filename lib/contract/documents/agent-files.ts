import type * as z from 'zod/mini';
import { documentFormat, type ReadOnly } from '../document';
import {
  hostAddress,
  listOf,
  moment,
  name,
  nullable,
  number,
  fields,
  optional,
  sha256,
  text,
  time,
  ulid,
  version1,
  whole,
} from '../shape';

/** Files that an agent keeps for its next life. Nothing depends on one: a file that cannot be read is left out. */
export const fix = 'remove the file: the agent writes it anew';
export const MiB = 1024 * 1024;

const peers = listOf(fields({ shard: whole, node: name, address: hostAddress }));

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

const configTrial = fields({
  /** What runs, and has to prove itself; null: nothing has to. */
  trial: nullable(
    fields({
      hash: sha256,
      /** The generation that ran before. */
      before: text,
      /** What its rules took, as far as Prometheus said. */
      rules: nullable(fields({ load: number, busiest: number, firing: number })),
    }),
  ),
  refusal: nullable(fields({ hash: sha256, generation: optional(moment), because: text })),
});

/** config-trial.json: the configuration that this node tries, and the one that it refuses. */
export const CONFIG_TRIAL = documentFormat({
  what: 'trial of a configuration',
  shape: configTrial,
  maxBytes: MiB,
  fix,
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
