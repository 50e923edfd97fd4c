import { z } from 'zod';
import { NAMED_AT_ONCE } from '../../../core/thanos/sidecar-names';
import type { ClusterConfig } from '../cluster';
import { megabytes } from './megabytes';
import { load, scrapeLimits } from './load';
import { remedy } from './remedies';
import { duration, resourceName, positive, wholeNumber, zone, cidr } from './values';
import { network } from './network';
import { policy } from './policy';
import { thanos } from './thanos';

/** The form of config/cluster.ts, value by value; messages are what was expected. Relations are in ../relations. */
const sha256 = z.string({ error: 'a SHA-256' }).regex(/^[0-9a-f]{64}$/, 'a SHA-256: 64 hexadecimal digits');
const artifact = z.strictObject({
  version: z.string({ error: 'a version' }).regex(/^\d+\.\d+\.\d+$/, 'a released version such as 3.15.0, without v'),
  sha256: z.strictObject({ amd64: sha256, arm64: sha256 }),
});
/** Each asks all others where they are, and Thanos asks every node. */
const MAX_SHARDS = 64;

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
