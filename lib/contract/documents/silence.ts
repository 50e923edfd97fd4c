import * as z from 'zod/mini';
import { documentFormat, type ReadOnly } from '../document';
import { fields, nullable, text } from '../shape';

const request = fields({
  /** One of Alertmanager's API for silences, on a node; null: nothing, the function shall be awake. */
  url: nullable(text),
  method: z.enum(['GET', 'POST', 'DELETE']),
  /** JSON of a new silence; null where there is none. */
  body: nullable(text),
  /** Who asks, for the function's log. */
  by: text,
});

/** What promha asks the function `silence`. The answer is that of the relay. */
export type SilenceRequest = ReadOnly<z.output<typeof request>>;
export const SILENCE_REQUEST = documentFormat({
  what: 'request for silences',
  shape: request,
  maxBytes: 64 * 1024,
  fix: 'use promha and the functions of the same version',
});
