import { z } from 'zod';
import { duration, name } from './schema-values';

/** The form of a remedy; what it refers to is in check-remedies.ts. */
const HOST = /^(?=.{1,253}$)[a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?(\.[a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?)*$/;
const host = z.string({ error: 'a host' }).regex(HOST, 'a host name or an IPv4 address, without scheme and port');
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
        .refine(isPlainUrl, 'http:// or https://, a host, a port up to 65535 if any, no credentials'),
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
const texts = z.array(z.string({ error: 'text' }).min(1, 'text'), { error: 'a list' }).min(1, 'at least one');
export const remedy = z.strictObject({
  name,
  when: z.strictObject({
    alert: z.string({ error: "an alert's name" }).optional(),
    target: z.string({ error: 'host:port' }).optional(),
  }),
  connect,
  passwordSecret: z
    .string({ error: "a secret's name or ARN" })
    .regex(/^[a-zA-Z0-9/_+=.@:-]+$/, "a secret's name or ARN")
    .optional(),
  hook: z
    .strictObject({
      module: z.string({ error: 'a path' }).regex(/\.ts$/, 'the path of a .ts module'),
      after: duration,
      allow: z.array(z.strictObject({ actions: texts, resources: texts }), { error: 'a list of permissions' }),
    })
    .optional(),
});

/** With a host and, if any, a port that exist: the security group of the function is made of them. */
function isPlainUrl(text: string): boolean {
  const name = /^https?:\/\/([^/:@?#]+)(:\d+)?(\/\S*)?$/.exec(text)?.[1];
  return name !== undefined && HOST.test(name) && URL.canParse(text) && new URL(text).port !== '0';
}
