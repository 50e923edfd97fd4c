import type * as z from 'zod/mini';
import { documentFormat, type ReadOnly } from '../document';
import { fields, listOf, mapOf, nullable, text, time, version1, whole } from '../shape';

const labels = mapOf(text, text);

const entry = fields({
  /** Path of the route and labels of the group, as the Alertmanagers of this cluster write them. */
  groupKey: text,
  /** Labels of alerts, as they are here. */
  firing: listOf(labels),
  resolved: listOf(labels),
  muted: listOf(labels),
  /** Fields of the entry and beside it that are passed on as they are: Protocol Buffers in base64. */
  rest: text,
  beside: text,
});

/** What was told of one group of alerts, to one receiver. */
export type ToldEntry = ReadOnly<z.output<typeof entry>>;

const shape = fields({
  version: version1,
  /** The Alertmanager that told before, without user and password. */
  from: text,
  by: text,
  begunAt: time,
  /** Labels of the alerts that it had since then, as it has them: its log has only numbers made of these. */
  known: listOf(labels),
  /** Silences that were made here. */
  silences: whole,
  /** The silence over everything there; null: not made yet. */
  silence: nullable(text),
  /** What it had told; null: not read yet. */
  log: nullable(
    fields({
      /** When it was read: by this nodes say which one they have given on. */
      readAt: time,
      entries: listOf(entry),
      /** Alerts in it that nobody knows by their labels any more: these are told once more, if they still fire. */
      unknown: whole,
    }),
  ),
  /** From then on this cluster tells; null: not yet. */
  toldAt: nullable(time),
  abortedAt: nullable(time),
});

/** How far a move from another Alertmanager is (KEYS.move): written by promha only, step by step, so that it goes on from there. */
export type Move = ReadOnly<z.output<typeof shape>>;

export const MOVE = documentFormat({
  what: 'journal of a move',
  shape,
  maxBytes: 32 * 1024 * 1024,
  fix: 'put an earlier version of the object back, or remove it and begin anew',
  indented: false,
});
