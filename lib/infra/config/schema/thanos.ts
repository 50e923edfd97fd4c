import { z } from 'zod';
import { duration, wholeNumber } from './values';

const fargate = {
  cpu: z.literal([256, 512, 1024, 2048, 4096], { error: '256, 512, 1024, 2048 or 4096 CPU units' }),
  memoryMiB: wholeNumber.multipleOf(512, 'a multiple of 512 MiB'),
};
const diskGiB = wholeNumber
  .min(21, 'at least 21 GiB: what Fargate gives anyway is 20')
  .max(200, 'at most 200 GiB: Fargate');
export const thanos = z.strictObject({
  image: z
    .strictObject({
      repository: z
        .string({ error: 'a registry and a name' })
        .regex(/^[a-z0-9.-]+(:\d+)?(\/[a-z0-9._-]+)+$/, 'a registry and a name, such as quay.io/thanos/thanos'),
      version: z.string({ error: 'a version' }).regex(/^\d+\.\d+\.\d+$/, 'a version such as 0.42.4, without v'),
      digest: z
        .string({ error: 'a digest' })
        .regex(/^sha256:[0-9a-f]{64}$/, 'the digest of a multi-architecture image: sha256: and 64 hexadecimal digits'),
    })
    .optional(),
  blockDuration: duration,
  retention: z.strictObject({ raw: duration, fiveMinutes: duration, oneHour: duration.optional() }),
  query: z.strictObject({ ...fargate, tasks: wholeNumber, maxTasks: wholeNumber }),
  store: z.strictObject({ ...fargate, diskGiB }),
  compactor: z.strictObject({ ...fargate, diskGiB }),
});
