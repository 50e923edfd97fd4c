import { z } from 'zod';

/** IAM's JSON policy language, as far as identity and resource policies use it. Unknown elements are refused. */

const oneOrMore = z
  .union([z.string(), z.array(z.string())])
  .transform((value): readonly string[] => (typeof value === 'string' ? [value] : value));
const principals = z.union([
  z.literal('*'),
  z.partialRecord(z.enum(['AWS', 'Service', 'Federated', 'CanonicalUser']), oneOrMore),
]);
const conditionValue = z
  .union([z.string(), z.boolean(), z.number(), z.array(z.union([z.string(), z.boolean(), z.number()]))])
  .transform((value): readonly string[] => (Array.isArray(value) ? value : [value]).map(String));

const statement = z.strictObject({
  Sid: z.string().optional(),
  Effect: z.enum(['Allow', 'Deny']),
  Action: oneOrMore.optional(),
  NotAction: oneOrMore.optional(),
  Resource: oneOrMore.optional(),
  NotResource: oneOrMore.optional(),
  Principal: principals.optional(),
  NotPrincipal: principals.optional(),
  Condition: z.record(z.string(), z.record(z.string(), conditionValue)).optional(),
});

const policy = z.strictObject({
  Version: z.enum(['2012-10-17', '2008-10-17']).optional(),
  Id: z.string().optional(),
  Statement: z.union([statement, z.array(statement)]).transform((value) => (Array.isArray(value) ? value : [value])),
});

export type Statement = z.output<typeof statement>;
export type IamPolicy = z.output<typeof policy>;
export type Principals = NonNullable<Statement['Principal']>;

/** @throws ZodError where it is no policy */
export const parseIamPolicy = (document: unknown): IamPolicy => policy.parse(document);
