import { z } from 'zod';
import { parseDuration } from '../../../contract/duration';

/** Values of which there are several; messages are what was expected. */
export const resourceName = z
  .string({ error: 'a name' })
  .regex(/^[a-z][a-z0-9-]{0,30}[a-z0-9]$/, '2 to 32 lower-case letters, digits and dashes, beginning with a letter');

export const duration = z
  .string({ error: 'a duration' })
  .refine((text) => (parseDuration(text) ?? 0) > 0, "a duration in Prometheus's form, such as 15s or 15d");

export const positive = z.number({ error: 'a number' }).positive('more than 0');

export const wholeNumber = z.number({ error: 'a number' }).int('a whole number').positive('more than 0');
