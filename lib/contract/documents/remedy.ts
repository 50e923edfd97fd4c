import * as z from 'zod/mini';
import { documentFormat, type ReadOnly } from '../document';
import { amount, flag, listOf, name, nullable, oneOf, fields, optional, text, time, version1, whole } from '../shape';

const port = z.int('a port').check(z.gte(1, '1 to 65535'), z.lte(65_535, '1 to 65535'));

const redis = fields({
  kind: z.literal('redis'),
  host: text,
  port,
  tls: optional(flag),
  username: optional(text),
  /** 'primary' (default): a replica, which only reads, is not what is wanted. */
  role: optional(oneOf('primary', 'any')),
});
const tcp = fields({ kind: z.literal('tcp'), host: text, port });
const http = fields({
  kind: z.literal('http'),
  url: text,
  /** The status of an answer that is well; default 200. */
  status: optional(whole),
});

const target = fields({
  name,
  connect: z.discriminatedUnion(
    'kind',
    [redis, tcp, http],
    "{ kind: 'redis', … }, { kind: 'tcp', … } or { kind: 'http', … }",
  ),
  /** The hook is called when the target failed for so long, ms. Only where there is a hook. */
  hookAfterMs: optional(amount),
});

/** A remedy as the function is given it (ENV.remedies); it knows no other address than these. */
export type RemedyTarget = ReadOnly<z.output<typeof target>>;
/** What a remedy connects to. */
export type Endpoint = RemedyTarget['connect'];

export const REMEDY_TARGETS = documentFormat({
  what: 'list of what remedies connect to',
  shape: listOf(target),
  maxBytes: 64 * 1024,
  fix: 'deploy the control stack again instead of editing the function',
});

const record = fields({
  version: version1,
  name,
  /** The call that has the lease; null when none has. */
  holder: nullable(text),
  /** Until when, ISO 8601; renewed while it tries. */
  until: time,
  startedAt: time,
  outcome: nullable(fields({ at: time, reconnected: flag, because: text })),
});

/** Who tries, and what came of it last (KEYS.remedy); written by compare-and-swap. */
export type RemedyRecord = ReadOnly<z.output<typeof record>>;

export const REMEDY_RECORD = documentFormat({
  what: 'record of a remedy',
  shape: record,
  maxBytes: 64 * 1024,
  fix: 'remove the object: the next call for this remedy writes it anew',
});
