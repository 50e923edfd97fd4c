import { z } from 'zod';
import { DEFAULT_POLICY, type Policy } from '../../../contract/documents/policy';
import { wholeNumber } from './values';

/** Node takes no others as a time-out: each probe would fail. */
const ms = z
  .number({ error: 'milliseconds' })
  .int('whole milliseconds, 0 or more')
  .min(0, 'whole milliseconds, 0 or more');

/** The settings that there are in `defaults`, each of which may be left out. */
const changesOf = (defaults: object): z.ZodObject =>
  z.strictObject(
    Object.fromEntries(
      Object.entries(defaults).map(([name, value]: [string, unknown]) => {
        const setting =
          typeof value === 'object' && value !== null ? changesOf(value) : name.endsWith('Ms') ? ms : wholeNumber;
        return [name, setting.optional()];
      }),
    ),
  );

type DeepPartial<T> = { readonly [K in keyof T]?: T[K] extends object ? DeepPartial<T[K]> : T[K] };

export const policy = changesOf(DEFAULT_POLICY) as unknown as z.ZodType<DeepPartial<Policy>>;
