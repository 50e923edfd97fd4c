import { isIPv4 } from 'node:net';
import { z } from 'zod';
import type { ReadOnly } from '../../../contract/document';
import { duration, resourceName } from './values';

/** The form of a remedy; what it refers to is in check-remedies.ts. */
const HOST = /^(?=.{1,253}$)[a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?(\.[a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?)*$/;
const OF_A_TARGET =
  'the address of a target: not a link-local one (169.254.…, metadata), not 0.…, and none from 224.… on';
const host = z
  .string({ error: 'a host' })
  .refine(isHost, { error: 'a host name or an IPv4 address such as 10.0.0.7, without scheme and port', abort: true })
  .refine(isOfATarget, OF_A_TARGET);
const port = z.number({ error: 'a port' }).int('a whole number').min(1, '1 to 65535').max(65_535, '1 to 65535');
const connect = z.discriminatedUnion(
  'kind',
  [
    z.strictObject({
      kind: z.literal('redis'),
      host,
      port,
      tls: z.boolean({ error: 'true or false' }).optional(),
      username: z.string({ error: 'a name' }).min(1, 'a name').optional(),
      role: z.enum(['primary', 'any'], { error: "'primary' or 'any'" }).optional(),
    }),
    z.strictObject({ kind: z.literal('tcp'), host, port }),
    z.strictObject({
      kind: z.literal('http'),
      url: z
        .string({ error: 'a URL' })
        .refine(isPlainUrl, {
          error: 'http:// or https://, a host, a port up to 65535 if any, no credentials',
          abort: true,
        })
        .refine((url) => isOfATarget(new URL(url).hostname), OF_A_TARGET),
      status: z
        .number({ error: 'a status' })
        .int('a whole number')
        .min(100, '100 to 599')
        .max(599, '100 to 599')
        .optional(),
    }),
  ],
  { error: "{ kind: 'redis', … }, { kind: 'tcp', … } or { kind: 'http', … }" },
);
const some = <T extends z.ZodType>(one: T) => z.array(one, { error: 'a list' }).min(1, 'at least one');
const action = z
  .string({ error: 'an action' })
  .regex(/^(\*|[a-zA-Z0-9-]+:[a-zA-Z0-9*?]+)$/, 'an action of IAM, such as ecs:UpdateService');
const resource = z
  .string({ error: 'a resource' })
  .regex(
    /^(\*|arn:[^:]+:[^:]+:[^:]*:[^:]*:.+)$/,
    'an ARN, such as arn:aws:ecs:eu-west-1:111122223333:service/a/b, or *',
  );
/** What is tried when a target is down, besides paging: reconnecting to it, and then whatever the user adds. */
export const remedy = z.strictObject({
  name: resourceName,
  /** Which alerts call it: those of this name, those about this target (`instance`), or only those that are both. */
  when: z.strictObject({
    alert: z.string({ error: "an alert's name" }).optional(),
    target: z.string({ error: 'host:port' }).optional(),
  }),
  /** Tried from inside the VPC. The function that tries can connect to nothing else. */
  connect,
  /** Redis only: name or ARN of the secret in Secrets Manager that is its password, as it is when this is deployed. */
  passwordSecret: z
    .string({ error: "a secret's name or ARN" })
    .regex(/^[a-zA-Z0-9/_+=.@:-]+$/, "a secret's name or ARN")
    .optional(),
  /** A remedy of the user's own, off unless it is given: restart a service, fail over a replica. It runs inside the function that reconnects. */
  hook: z
    .strictObject({
      /** A TypeScript module, seen from the project's directory, whose default export is a RemedyHook (lambdas/reconnect-redis). */
      module: z.string({ error: 'a path' }).regex(/\.ts$/, 'the path of a .ts module'),
      /** Called once, when the target did not answer for so long. */
      after: duration,
      /** What it may do beyond what the function may. */
      allow: z.array(z.strictObject({ actions: some(action), resources: some(resource) }), {
        error: 'a list of permissions',
      }),
    })
    .optional(),
});
export type Remedy = ReadOnly<z.output<typeof remedy>>;

/** With a host and, if any, a port that exist: the security group of the function is made of them. */
function isPlainUrl(text: string): boolean {
  const name = /^https?:\/\/([^/:@?#]+)(:\d+)?(\/\S*)?$/.exec(text)?.[1];
  return name !== undefined && isHost(name) && URL.canParse(text) && new URL(text).port !== '0';
}

/** What ends in a number is taken for an address by every resolver, also 127.1 and 0x7f000001: written out, or refused. */
function isHost(text: string): boolean {
  if (!HOST.test(text)) return false;
  return /(^|\.)(\d+|0x[0-9a-f]*)$/i.test(text) ? isIPv4(text) : true;
}

/** No target has one of these: this network, link-local (metadata), multicast, reserved. */
function isOfATarget(hostname: string): boolean {
  if (!isIPv4(hostname)) return true;
  const [first, second] = hostname.split('.').map(Number) as [number, number];
  return first !== 0 && first < 224 && !(first === 169 && second === 254);
}
