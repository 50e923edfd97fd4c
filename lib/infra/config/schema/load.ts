import { z } from 'zod';
import { isRe2 } from '../promql/re2';
import { duration, positive, wholeNumber } from './values';

const share = z.number({ error: 'a share, such as 0.5' }).positive('more than 0').max(10, 'a share, such as 0.5');
/** When nodes scrape less, and what they do without then: docs/runbook/load-shed.md. */
export const loadSchema = z.strictObject(
  {
    /** What a node may bear, each sustained: beyond one of them the cluster scrapes less. */
    limits: z.strictObject({
      /** Resident memory of Prometheus. */
      memoryMiB: wholeNumber,
      /** @default three times what `ingest` expects */
      samplesPerSecond: wholeNumber.optional(),
      /** @default what three times the expected samples need, at 8 bytes each */
      walMiBPerMinute: positive.optional(),
      /** What half of the targets take to answer, as a share of its interval. @default 0.5 */
      scrapeTime: share.optional(),
      /** What the slowest group of rules takes, as a share of its interval. @default 0.8 */
      evaluationTime: share.optional(),
    }),
    /** @default 30s */
    sustainedFor: duration.optional(),
    /** @default 5m */
    recoverAfter: duration.optional(),
    /** Regular expression of metrics that may be missing under load. @default none: then nothing is shed */
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
export const scrapeLimitsSchema = z
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
