import { z } from 'zod';
import { NAMED_AT_ONCE } from '../../../core/thanos/sidecar-names';
import type { ClusterConfig } from '../cluster';
import { parseCidr } from '../check/cidr';
import { megabytes } from './megabytes';
import { load, scrapeLimits } from './load';
import { remedy } from './remedies';
import { duration, resourceName, positive, wholeNumber } from './values';

/** The form of config/cluster.ts, value by value; messages are what was expected. Relations are in relations.ts. */
const zone = z
  .string({ error: 'an availability zone' })
  .regex(/^[a-z]{2}(-[a-z]+)+-\d[a-z]$/, 'an availability zone such as eu-west-1a');
const cidr = z
  .string({ error: 'an IPv4 range' })
  .refine((text) => parseCidr(text) !== null, 'an IPv4 range such as 10.0.0.0/16, with its first address');
const sha256 = z.string({ error: 'a SHA-256' }).regex(/^[0-9a-f]{64}$/, 'a SHA-256: 64 hexadecimal digits');
const artifact = z.strictObject({
  version: z.string({ error: 'a version' }).regex(/^\d+\.\d+\.\d+$/, 'a released version such as 3.15.0, without v'),
  sha256: z.strictObject({ amd64: sha256, arm64: sha256 }),
});
/** Each asks all others where they are, and Thanos asks every node. */
const MAX_SHARDS = 64;
const ms = z.number({ error: 'milliseconds' }).min(0, 'milliseconds, 0 or more').optional();

const network = z.discriminatedUnion(
  'kind',
  [
    z.strictObject({
      kind: z.literal('new'),
      cidr,
      egress: z.enum(['nat', 'endpoints'], { error: "'nat' or 'endpoints'" }),
    }),
    z.strictObject({
      kind: z.literal('imported'),
      vpcId: z.string({ error: 'a VPC id' }).regex(/^vpc-[0-9a-f]{8,17}$/, 'a VPC id such as vpc-0123456789abcdef0'),
      cidr,
      subnets: z.record(
        zone,
        z.strictObject({
          subnetId: z.string({ error: 'a subnet id' }).regex(/^subnet-[0-9a-f]{8,17}$/, 'a subnet id'),
          routeTableId: z.string({ error: 'a route table id' }).regex(/^rtb-[0-9a-f]{8,17}$/, 'a route table id'),
        }),
      ),
      addS3Endpoint: z.boolean({ error: 'true or false' }),
    }),
  ],
  { error: "{ kind: 'new', … } or { kind: 'imported', … }" },
);

const policy = z.strictObject({
  probe: z
    .strictObject({ intervalMs: ms, timeoutMs: ms, fall: wholeNumber.optional(), rise: wholeNumber.optional() })
    .optional(),
  verifyTimeoutMs: ms,
  maxScrapeLagMs: ms,
  pollMs: ms,
  storeTimeoutMs: ms,
  announceMs: ms,
  heartbeatStaleMs: ms,
  storeOutageGraceMs: ms,
  alertingSilentMs: ms,
  flapping: z.strictObject({ windowMs: ms, free: wholeNumber.optional(), holdDownMs: ms }).optional(),
  routing: z.strictObject({ backAfterMs: ms }).optional(),
  sharding: z.strictObject({ overlapMs: ms }).optional(),
  volume: z.strictObject({ lookMs: ms, stalledMs: ms }).optional(),
  snapshots: z
    .strictObject({ everyMs: ms, testEveryMs: ms, allMs: ms, hourlyMs: ms, dailyMs: ms, goodWithinMs: ms })
    .optional(),
  backfill: z.strictObject({ windowMs: ms, samplesPerSecond: wholeNumber.optional() }).optional(),
  scrub: z.strictObject({ periodMs: ms, bytesPerSecond: wholeNumber.optional(), deepMs: ms, keepMs: ms }).optional(),
});

const fargate = {
  cpu: z.literal([256, 512, 1024, 2048, 4096], { error: '256, 512, 1024, 2048 or 4096 CPU units' }),
  memoryMiB: wholeNumber.multipleOf(512, 'a multiple of 512 MiB'),
};
const diskGiB = wholeNumber
  .min(21, 'at least 21 GiB: what Fargate gives anyway is 20')
  .max(200, 'at most 200 GiB: Fargate');
const thanos = z.strictObject({
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

const settings = {
  name: resourceName,
  region: z.string({ error: 'a region' }).regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'a region such as eu-west-1'),
  account: z
    .string()
    .regex(/^\d{12}$/, 'an account number of 12 digits')
    .optional(),
  zones: z.array(zone, { error: 'a list of availability zones' }).min(1, 'at least 2 availability zones'),
  replicas: z
    .number({ error: 'a number' })
    .int('a whole number')
    .min(2, 'at least 2: one node cannot fail over to anybody')
    .max(
      NAMED_AT_ONCE,
      `at most ${NAMED_AT_ONCE}: DNS (Cloud Map) names no more addresses at once, and Thanos query would answer without the rest; raise shards instead`,
    ),
  shards: wholeNumber.max(MAX_SHARDS, `at most ${MAX_SHARDS} shards`).optional(),
  placement: z.record(z.string(), zone, { error: '{ node: zone }' }).optional(),
  instance: z.strictObject({
    type: z
      .string({ error: 'an instance type' })
      .regex(/^[a-z][a-z0-9-]*\.[a-z0-9-]+$/, 'an instance type such as r7g.large'),
    architecture: z.enum(['arm64', 'x86_64'], { error: "'arm64' or 'x86_64'" }),
    ami: z.record(
      z.string(),
      z.string({ error: 'an image id' }).regex(/^ami-[0-9a-f]{8,17}$/, 'an image id such as ami-0123456789abcdef0'),
    ),
  }),
  volume: z.strictObject({ sizeGiB: wholeNumber.max(65_536, 'at most 65536 GiB') }),
  snapshots: z.boolean({ error: 'true or false' }).optional(),
  network,
  clients: z.array(cidr, { error: 'a list of IPv4 ranges' }),
  scrapeInterval: duration,
  evaluationInterval: duration,
  retention: duration,
  walSegmentSize: z.string({ error: 'a size' }).refine((text) => {
    const size = megabytes(text);
    return size !== null && size >= 10 && size <= 256;
  }, '10MB to 256MB'),
  resendDelay: duration,
  policy: policy.optional(),
  ingest: z.strictObject({ series: wholeNumber, bytesPerSample: positive }),
  load,
  scrapeLimits,
  artifacts: z.strictObject({ prometheus: artifact.optional(), alertmanager: artifact.optional() }).optional(),
  thanos,
  artifactMirror: z
    .string()
    .regex(
      /^(?!\d+\.\d+\.\d+\.\d+$)(?=.{3,63}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/,
      "a bucket's name: 3 to 63 lower-case letters, digits, dashes and single dots, and no IP address",
    )
    .optional(),
  remedies: z.array(remedy, { error: 'a list of remedies' }).optional(),
  alarmEmail: z.email('an e-mail address').optional(),
  runbookBase: z.url({ protocol: /^https?$/, error: 'a URL such as https://wiki.example/runbook' }).optional(),
};

export const clusterSchema = z.strictObject(settings, {
  error: 'export default defineCluster({ … })',
}) as z.ZodType<ClusterConfig>;

/** The settings that there are at a path, for hints; none where anything may stand. */
export function keysAt(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  if (schema instanceof z.ZodOptional) return keysAt(schema.unwrap() as z.ZodType, path);
  const [step, ...rest] = path;
  if (schema instanceof z.ZodArray) return step === undefined ? [] : keysAt(schema.element as z.ZodType, rest);
  if (!(schema instanceof z.ZodObject)) return [];
  if (step === undefined) return Object.keys(schema.shape);
  const inner = schema.shape[String(step)] as z.ZodType | undefined;
  return inner === undefined ? [] : keysAt(inner, rest);
}
