import type * as z from 'zod/mini';
import { documentFormat, type ReadOnly } from '../document';
import { fields, nullable, text, whole } from '../shape';

const FIX = 'use promha and the functions of the same version';

const request = fields({
  /** What a program inside the VPC is asked by GET; null: nothing, the relay shall be awake. */
  url: nullable(text),
  /** A longer answer is none. */
  maxBytes: whole,
});

/** What promha asks the function `relay`, from where nothing of the VPC can be reached. */
export type RelayRequest = ReadOnly<z.output<typeof request>>;
export const RELAY_REQUEST = documentFormat({
  what: 'request to the relay',
  shape: request,
  maxBytes: 16 * 1024,
  fix: FIX,
});

const answer = fields({
  /** Of HTTP; null: there was no answer, and `body` says why. */
  status: nullable(whole),
  /** Of another status than 2xx its beginning. Compressed (gzip) in base64. */
  body: text,
});

export type RelayAnswer = ReadOnly<z.output<typeof answer>>;
/** Lambda gives no more than 6 MB back. */
export const RELAY_ANSWER = documentFormat({
  what: 'answer of the relay',
  shape: answer,
  maxBytes: 6 * 2 ** 20,
  fix: FIX,
});
