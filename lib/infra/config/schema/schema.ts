import { z } from 'zod';
import { NAMED_AT_ONCE } from '../../../core/thanos/sidecar-names';
import type { ReadOnly } from '../../../contract/document';
import { megabytes } from './megabytes';
import { loadSchema, scrapeLimitsSchema } from './load';
import { remedy } from './remedies';
import {
  certificate,
  duration,
  hostName,
  hostedZone,
  resourceName,
  positive,
  wholeNumber,
  zone,
  cidr,
  IMAGE_ID,
} from './values';
import { networkSchema } from './network';
import { policy } from './policy';
import { prometheusFeatures, prometheusLimits } from './prometheus-flags';
import { secretsSchema } from './secrets';
import { thanos } from './thanos';

/** The form of config/cluster.ts, value by value; messages are what was expected. Relations are in ../relations. */
const sha256 = z.string({ error: 'a SHA-256' }).regex(/^[0-9a-f]{64}$/, 'a SHA-256: 64 hexadecimal digits');
/** A pinned release: its version and the SHA-256 of its Linux tarballs, as the project publishes them. */
const artifact = z.strictObject({
  version: z.string({ error: 'a version' }).regex(/^\d+\.\d+\.\d+$/, 'a released version such as 3.15.0, without v'),
  sha256: z.strictObject({ amd64: sha256, arm64: sha256 }),
});
/** Each asks all others where they are, and Thanos asks every node. */
const MAX_SHARDS = 64;

/** A resource has 50 at most, and some have ours and a name. */
const MAX_TAGS = 40;
const TAG_KEY = /^(?!aws:|prometheus-ha:|Name$)[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/iu;
const tagValue = z
  .string({ error: 'a text' })
  .regex(/^[\p{L}\p{Z}\p{N}_.:/=+\-@]{0,256}$/u, 'a value of a tag: letters, digits, spaces and _.:/=+-@, at most 256');

/** An Auto Scaling group takes 40 types; whoever needs more of them needs another zone. */
const MAX_FALLBACK_TYPES = 10;
const instanceType = z
  .string({ error: 'an instance type' })
  .regex(
    /^[a-z]+\d*[a-z]*(-[a-z0-9]+)*\.(nano|micro|small|medium|large|\d*xlarge|metal(-\d+xl)?)$/,
    'an instance type such as r7g.large: family and size',
  );

const settings = {
  /** Prefix of the stacks, functions and alarms, and the label `cluster` of every series. */
  name: resourceName,
  region: z.string({ error: 'a region' }).regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'a region such as eu-west-1'),
  /** Only where the stacks must not be deployable to any other account. */
  account: z
    .string()
    .regex(/^\d{12}$/, 'an account number of 12 digits')
    .optional(),
  /** One more at the end only adds, up to three with NAT gateways and four without; beyond that subnets of a new VPC would move. */
  zones: z.array(zone, { error: 'a list of availability zones' }).min(1, 'at least 2 availability zones'),
  /** Nodes of each shard, at least two, over the zones in turn: prometheus-1, prometheus-2, …; of shard 1 prometheus-1-1, … */
  replicas: z
    .number({ error: 'a number' })
    .int('a whole number')
    .min(2, 'at least 2: one node cannot fail over to anybody')
    .max(
      NAMED_AT_ONCE,
      `at most ${NAMED_AT_ONCE}: DNS (Cloud Map) names no more addresses at once, and Thanos query would answer without the rest; raise shards instead`,
    ),
  /** Targets are split over so many, by a hash of their address. @default 1. Rules change their meaning: docs/sharding.md */
  shards: wholeNumber.max(MAX_SHARDS, `at most ${MAX_SHARDS} shards`).optional(),
  /** Nodes that are not where their turn would put them: name → zone. Also keeps nodes where they are when zones change. */
  placement: z.record(z.string(), zone, { error: '{ node: zone }' }).optional(),
  instance: z.strictObject({
    type: instanceType,
    /**
     * Taken in this order while AWS has no machine of `type` left in a zone. They need its architecture, and its memory for
     * what the node holds.
     * @default none: a node waits for one of its type
     */
    fallbackTypes: z
      .array(instanceType, { error: 'a list of instance types' })
      .max(MAX_FALLBACK_TYPES, `at most ${MAX_FALLBACK_TYPES} types`)
      .optional(),
    architecture: z.enum(['arm64', 'x86_64'], { error: "'arm64' or 'x86_64'" }),
    /**
     * An image of your own, Amazon Linux 2023 or made of it, by region.
     * @default what `npm run pin -- image` wrote into the lock beside this file; until then the newest of Amazon's
     */
    ami: z
      .record(
        z.string(),
        z.string({ error: 'an image id' }).regex(IMAGE_ID, 'an image id such as ami-0123456789abcdef0'),
      )
      .optional(),
  }),
  /** Data volume of each node. */
  volume: z.strictObject({ sizeGiB: wholeNumber.max(65_536, 'at most 65536 GiB') }),
  /**
   * Snapshots of data volumes, restore tests of them, and a new volume for a node that lost its own; how often: `policy`.
   * What they do, and what they cost: docs/decisions/0015-volumes-and-snapshots.md.
   * @default false
   */
  snapshots: z.boolean({ error: 'true or false' }).optional(),
  network: networkSchema,
  /** IPv4 ranges that may query through the load balancer. */
  clients: z.array(cidr, { error: 'a list of IPv4 ranges' }),
  /** The machine that is meant where config/prometheus.yml says localhost. @default each node itself, with a warning */
  localhost: z
    .string({ error: 'a host' })
    .regex(/^[a-zA-Z0-9]([a-zA-Z0-9.-]*[a-zA-Z0-9])?$/, 'a host, without scheme and port')
    .optional(),
  /** Alertmanagers of others in config/prometheus.yml: 'replaced' by the cluster's own. @default they are refused */
  foreignAlertmanagers: z.literal('replaced', { error: "'replaced'" }).optional(),
  /**
   * What `${NAME}`, and files of that name, stand for in config/prometheus.yml and config/alertmanager.yml. Nodes fetch the
   * values with their own role and look for new ones every 30 s: docs/bring-your-own.md. `kmsKey`: the key of yours that
   * encrypts one, if any. Parameters of Systems Manager cost nothing.
   * @default none
   */
  secrets: secretsSchema.optional(),
  /**
   * Features of Prometheus (--enable-feature) and what became of them, such as exemplar-storage; what each means for failover,
   * backfill and Thanos: docs/bring-your-own.md. A change replaces machines, one after the other.
   * @default none
   */
  prometheusFeatures: prometheusFeatures.optional(),
  /** Other limits than Prometheus' own. A change replaces machines, one after the other. @default Prometheus' */
  prometheusLimits: prometheusLimits.optional(),
  /** Of the cluster's own jobs and those of config/targets; jobs of config/prometheus.yml have that file's. */
  scrapeInterval: duration,
  evaluationInterval: duration,
  retention: duration,
  /** 10MB to 256MB. */
  walSegmentSize: z.string({ error: 'a size' }).refine((text) => {
    const size = megabytes(text);
    return size !== null && size >= 10 && size <= 256;
  }, '10MB to 256MB'),
  /** Firing alerts are repeated to Alertmanager this often; four times this is how long one lives without a repeat. */
  resendDelay: duration,
  /**
   * Changes to DEFAULT_POLICY (lib/contract/documents/policy.ts). Of what is left out maxScrapeLagMs and alertingSilentMs
   * grow with scrapeInterval, evaluationInterval and resendDelay.
   */
  policy: policy.optional(),
  /** What one node is expected to take in; the disk is checked against it. */
  ingest: z.strictObject({ series: wholeNumber, bytesPerSample: positive }),
  load: loadSchema,
  /**
   * One target beyond these fails as a whole, and the rest goes on. Only `body` keeps memory free of labels that are new in
   * each scrape: set it to what your largest target sends.
   * @default DEFAULT_SCRAPE_LIMITS (lib/core/rendering/user-jobs.ts); `samples` at most what `ingest` expects of all targets
   */
  scrapeLimits: scrapeLimitsSchema,
  /** Other releases than those that are tested. @default lib/contract/versions, which `npm run pin` raises */
  artifacts: z.strictObject({ prometheus: artifact.optional(), alertmanager: artifact.optional() }).optional(),
  thanos,
  /**
   * A bucket in the same region, tried before the internet: release tarballs under their own names, and the blobs of
   * the Thanos image as oci/sha256/<hex>.
   */
  artifactMirror: z
    .string()
    .regex(
      /^(?!\d+\.\d+\.\d+\.\d+$)(?=.{3,63}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/,
      "a bucket's name: 3 to 63 lower-case letters, digits, dashes and single dots, and no IP address",
    )
    .optional(),
  /** What is tried when a target is down. None by default. */
  remedies: z.array(remedy, { error: 'a list of remedies' }).optional(),
  /** Gets a mail for every alarm of the control plane, after it confirmed the subscription. */
  alarmEmail: z.email('an e-mail address').optional(),
  /** Of every resource that can have tags, for whoever reads bills. Machines that run get them when they are replaced. */
  tags: z
    .record(z.string(), tagValue, { error: '{ key: value }' })
    .refine(
      (tags) => Object.keys(tags).every((key) => TAG_KEY.test(key)),
      'keys of letters, digits, spaces and _.:/=+-@, at most 128 of them; not Name, aws:… or prometheus-ha:…',
    )
    .refine((tags) => Object.keys(tags).length <= MAX_TAGS, `at most ${MAX_TAGS} tags`)
    .optional(),
  /**
   * Lambda in your account. `concurrency`: its quota of concurrent executions, as `npx promha preflight` shows it. `reserve`: keeps
   * some of it for the functions that move alerting, whatever else runs there; AWS refuses that in new accounts, which have 10.
   * @default nothing is reserved
   */
  lambda: z
    .strictObject(
      { concurrency: wholeNumber, reserve: z.boolean({ error: 'true or false' }) },
      { error: '{ concurrency, reserve }' },
    )
    .optional(),
  /**
   * A name of the query load balancer in a hosted zone of Route 53 of yours, which outlives the load balancer. `certificate`: of ACM, for
   * that name, in the cluster's region: clients speak TLS then.
   * @default the load balancer's own name, without TLS
   */
  queryName: z
    .strictObject(
      { name: hostName, hostedZoneId: hostedZone, certificate: certificate.optional() },
      { error: '{ name, hostedZoneId, certificate }' },
    )
    .optional(),
  /** Where docs/runbook is published, e.g. https://wiki.example/runbook: alarms link to it. @default the path in the repository */
  runbookBase: z.url({ protocol: /^https?$/, error: 'a URL such as https://wiki.example/runbook' }).optional(),
};

export const clusterSchema = z.strictObject(settings, {
  error: 'export default defineCluster({ … })',
});

/** What config/cluster.ts says. */
export type ClusterConfig = ReadOnly<z.output<typeof clusterSchema>>;

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
