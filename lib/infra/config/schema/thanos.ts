import { z } from 'zod';
import type { ReadOnly } from '../../../contract/document';
import { duration, wholeNumber } from './values';

/** CPU units (1024 is one vCPU) and memory of one Fargate task. */
const fargate = {
  cpu: z.literal([256, 512, 1024, 2048, 4096], { error: '256, 512, 1024, 2048 or 4096 CPU units' }),
  memoryMiB: wholeNumber.multipleOf(512, 'a multiple of 512 MiB'),
};
const diskGiB = wholeNumber
  .min(21, 'at least 21 GiB: what Fargate gives anyway is 20')
  .max(200, 'at most 200 GiB: Fargate');
/** One digest for ECS and for the nodes' sidecars; `repository` may be a mirror of it. */
const image = z.strictObject({
  repository: z
    .string({ error: 'a registry and a name' })
    .regex(/^[a-z0-9.-]+(:\d+)?(\/[a-z0-9._-]+)+$/, 'a registry and a name, such as quay.io/thanos/thanos'),
  version: z.string({ error: 'a version' }).regex(/^\d+\.\d+\.\d+$/, 'a version such as 0.42.4, without v'),
  digest: z
    .string({ error: 'a digest' })
    .regex(/^sha256:[0-9a-f]{64}$/, 'the digest of a multi-architecture image: sha256: and 64 hexadecimal digits'),
});
export type PinnedImage = ReadOnly<z.output<typeof image>>;

/** Thanos: one view of all replicas, and history in S3. */
export const thanos = z.strictObject({
  /** @default the version that is tested (lib/contract/versions) */
  image: image.optional(),
  /** How much time a block holds when it is uploaded: 2h, or minutes to watch blocks move. */
  blockDuration: duration,
  /** How long the bucket keeps samples: as scraped, one per 5 minutes, one per hour (not made when left out). */
  retention: z.strictObject({ raw: duration, fiveMinutes: duration, oneHour: duration.optional() }),
  /** `tasks` always run, spread over the zones; up to `maxTasks` under load. */
  query: z.strictObject({ ...fargate, tasks: wholeNumber, maxTasks: wholeNumber }),
  store: z.strictObject({ ...fargate, diskGiB }),
  /** Its disk decides how long the longest blocks are: see lib/infra/config/compaction.ts. */
  compactor: z.strictObject({ ...fargate, diskGiB }),
});
export type ThanosConfig = ReadOnly<z.output<typeof thanos>>;
export type TaskSize = Pick<ThanosConfig['store'], keyof typeof fargate>;
