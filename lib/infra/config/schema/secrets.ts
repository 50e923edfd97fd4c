import { z } from 'zod';
import type { ReadOnly } from '../../../contract/document';
import { SECRET_NAME } from '../../../contract/documents/secrets';

const arn = (service: string, what: string): RegExp =>
  new RegExp(`^arn:aws[a-z-]*:${service}:[a-z0-9-]+:\\d{12}:${what}$`);
const SECRET_ARN = arn('secretsmanager', 'secret:[\\w/+=.@-]+');
/** An ARN or a name; the reference itself is checked, so that no typing error becomes a permission. */
const secretId = z
  .string({ error: "a secret's name or ARN" })
  .refine(
    (text) => SECRET_ARN.test(text) || /^[\w/+=.@-]{1,512}$/.test(text),
    'a name in Secrets Manager such as prod/slack, or its ARN',
  );
const parameter = z
  .string({ error: "a parameter's name" })
  .regex(/^\/?[\w.-]+(\/[\w.-]+)*$/, 'the name of a parameter of Systems Manager, such as /prod/slack');
const kmsKey = z
  .string({ error: "a key's ARN" })
  .regex(arn('kms', 'key/[\\w-]+'), 'the ARN of a key: arn:aws:kms:REGION:ACCOUNT:key/…');

const secret = z.union(
  [
    z.strictObject({ secretsManager: secretId, jsonKey: z.string().min(1).optional(), kmsKey: kmsKey.optional() }),
    z.strictObject({ parameter, kmsKey: kmsKey.optional() }),
  ],
  {
    error:
      "{ secretsManager: 'name or ARN', jsonKey? } or { parameter: '/name' }, each with kmsKey? if a key of yours encrypts it",
  },
);

/** 5 calls of BatchGetSecretValue. */
const MOST = 100;

/** What `${NAME}` and files of that name stand for in prometheus.yml and alertmanager.yml. */
export const secretsSchema = z
  .record(z.string(), secret, { error: "{ NAME: { secretsManager: 'name' } }" })
  .refine(
    (all) => Object.keys(all).every((name) => SECRET_NAME.test(name)),
    'names of letters, digits, _, - and dots that begin with a letter or _, as SLACK_URL',
  )
  .refine((all) => Object.keys(all).length <= MOST, `at most ${MOST} secrets`);

export type DeclaredSecrets = ReadOnly<z.output<typeof secretsSchema>>;
