import { z } from 'zod';
import { isRe2 } from '../promql/re2';
import { duration, positive, wholeNumber } from './values';

const share = z.number({ error: 'a share, such as 0.5' }).positive('more than 0').max(10, 'a share, such as 0.5');
/** When and how nodes scrape less, and what one target may expose. */
export const load = z.strictObject(
  {
    limits: z.strictObject({
      memoryMiB: wholeNumber,
      samplesPerSecond: wholeNumber.optional(),
      walMiBPerMinute: positive.optional(),
      scrapeTime: share.optional(),
      evaluationTime: share.optional(),
    }),
    sustainedFor: duration.optional(),
    recoverAfter: duration.optional(),
    droppable: z
      .string({ error: 'a regular expression of metric names' })
      .refine(
        (text) => text !== '' && isRe2(text),
        'a regular expression as Prometheus has them (RE2): no look-around, no back references',
      )
      .optional(),
  },
  { error: '{ limits: { memoryMiB }, … }: what a node may bear before it scrapes less' },
);
const limit = z.number({ error: 'a number, 0 for no limit' }).int('a whole number').min(0, '0 (no limit) or more');
export const scrapeLimits = z
  .strictObject({
    samples: limit.optional(),
    labels: limit.optional(),
    labelValueLength: limit.optional(),
    body: z
      .string({ error: "a size such as '50MB'" })
      .regex(/^(0|[1-9]\d*(KB|MB|GB))$/, "a size such as '50MB', 0 for no limit")
      .optional(),
  })
  .optional();
