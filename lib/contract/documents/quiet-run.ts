import type * as z from 'zod/mini';
import { documentFormat, type ReadOnly } from '../document';
import { amount, fields, listOf, oneOf, optional, text, version1, whole } from '../shape';

/** Calls of one kind, over the whole run. */
const callLine = fields({
  /** Whose: of a node, a function, or a task of ECS. */
  by: oneOf('node', 'function', 'task'),
  /** Of the function or task; of nodes `node`. */
  name: text,
  service: text,
  operation: text,
  /** Of S3: `control`, `blocks` or `assets`, and the key with `#` for digits and `*` for what is of one object only. */
  what: text,
  count: whole,
});
export type CallLine = ReadOnly<z.output<typeof callLine>>;

const functionRun = fields({
  name: text,
  requests: whole,
  /** Of all its executions together. */
  seconds: amount,
  logBytes: whole,
  logLines: whole,
});

const metricRun = fields({
  /** Of the function in whose log it is. */
  function: text,
  name: text,
});

const quietRun = fields({
  version: version1,
  /** The day on which it was counted, as 2026-11-27. */
  day: text,
  seconds: amount,
  /** Of all shards. */
  nodes: whole,
  shards: whole,
  calls: listOf(callLine),
  /** Of shard 0; the other shards' have the same. */
  functions: listOf(functionRun),
  metrics: listOf(metricRun),
  /** Calls of what plays AWS here, which no deployment makes. */
  ofTheLocalRun: optional(whole),
});

/** What a run in which nothing happened called, executed, logged and published: docs/measurements/<version>/quiet.json. */
export type QuietRun = ReadOnly<z.output<typeof quietRun>>;

export const QUIET_RUN = documentFormat({
  what: 'record of a quiet run',
  shape: quietRun,
  maxBytes: 4 * 1024 * 1024,
  fix: 'count again: npm run measure -- quiet',
});
