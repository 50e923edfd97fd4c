import type * as z from 'zod/mini';
import { documentFormat, type ReadOnly } from '../document';
import { fileName, listOf, nullable, oneOf, fields, pathBelow, text, time, version1 } from '../shape';

const item = fields({
  /** Where it was, relative to the TSDB's directory. */
  path: pathBelow,
  /** Where it is, relative to the incident's directory; null for what was only made anew. */
  kept: nullable(pathBelow),
  how: oneOf('moved', 'copied', 'made'),
  because: text,
  /** ISO 8601, UTC. */
  at: time,
});
export type QuarantineItem = ReadOnly<z.output<typeof item>>;

const manifest = fields({
  version: version1,
  incident: fileName,
  /** ISO 8601, UTC. */
  at: time,
  /** ISO 8601, UTC: may be removed after this. */
  expires: time,
  items: listOf(item),
  /** Renames that were begun and have to be finished before anything else. Relative to the data directory. */
  pending: listOf(fields({ from: pathBelow, to: pathBelow })),
});

/**
 * What was put aside in one incident (`<data>/quarantine/<incident>/manifest.json`). Written before anything is
 * touched, so that nothing ever lies there without a name.
 */
export type QuarantineManifest = ReadOnly<z.output<typeof manifest>>;

/** What lies beside one that cannot be read is kept for ever. */
export const QUARANTINE_MANIFEST = documentFormat({
  what: 'manifest of what was quarantined',
  shape: manifest,
  maxBytes: 64 * 1024 * 1024,
  fix: 'look at the files beside it, and remove the directory by hand when they are not needed',
});

export const quarantined = fields({
  incident: text,
  /** ISO 8601, UTC; null: for ever, a person has to look. */
  expires: nullable(time),
  because: listOf(text),
});

/** One incident's worth of it, as status shows it. */
export type Quarantined = ReadOnly<z.output<typeof quarantined>>;
