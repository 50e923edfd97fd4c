import * as z from 'zod/mini';
import { documentFormat, type ReadOnly } from '../document';
import { fileName, fields, listOf, mapOf, nullable, optional, text, time, version1 } from '../shape';

/** `${NAME}` in prometheus.yml and alertmanager.yml, and the name of a file with the value on each node. */
export const SECRET_NAME = /^[A-Za-z_][A-Za-z0-9_.-]{0,99}$/;
export const secretName = z
  .string('a name')
  .check(z.regex(SECRET_NAME, 'a name: letters, digits, _, - and dots, beginning with a letter or _'));

const reference = z.union(
  [
    /** Name or ARN of a secret of Secrets Manager; of one that holds JSON, the key in it. */
    fields({ secretsManager: text, jsonKey: optional(text) }),
    /** Name of a parameter of Systems Manager. */
    fields({ parameter: text }),
  ],
  '{ secretsManager } or { parameter }',
);

/** Where the value of a secret is kept. */
export type SecretReference = ReadOnly<z.output<typeof reference>>;

export const secretReferences = mapOf(secretName, reference);
/** Declared secrets by name. */
export type SecretReferences = Readonly<Record<string, SecretReference>>;

/** One word for a reference: values are kept by it, so that a name that points elsewhere gets no value of before. */
export const referenceKey = (one: SecretReference): string =>
  'parameter' in one ? `ssm:${one.parameter}` : `secretsmanager:${one.secretsManager}#${one.jsonKey ?? ''}`;

/** Alias of the key under which nodes keep their last good copy; by convention, so that no machine has to be told. */
export const secretsKeyAlias = (cluster: string, shard: number): string =>
  `alias/prometheus-ha/${cluster}/secrets/${shard}`;

const needs = fields({
  version: version1,
  declared: secretReferences,
  /** Files that are put together of secrets and other text: name → text with `${NAME}`. */
  texts: mapOf(fileName, text),
  /** Files of the configuration in which a value has to stand; what lies beside it has `${NAME}` there. */
  filled: listOf(fileName),
});

/** secrets.json of a generation of a node's configuration: which secrets it needs, and how. No value stands in it. */
export type SecretNeeds = ReadOnly<z.output<typeof needs>>;
export const SECRET_NEEDS = documentFormat({
  what: 'list of needed secrets',
  shape: needs,
  maxBytes: 64 * 1024 * 1024,
  fix: 'remove the directory of this generation: the agent writes it anew',
});

const values = fields({
  version: version1,
  /** By reference (referenceKey). */
  values: mapOf(text, text),
  /** When all of them were last fetched; null: never all at once. */
  fetchedAt: nullable(time),
});

/** What was fetched; lies in memory, and on the data volume encrypted. */
export type SecretValues = ReadOnly<z.output<typeof values>>;
export const SECRET_VALUES = documentFormat({
  what: 'list of fetched secrets',
  shape: values,
  maxBytes: 64 * 1024 * 1024,
  fix: 'remove the file: the agent fetches them again',
  indented: false,
});

const sealed = fields({
  version: version1,
  /** Base64: a data key as KMS encrypted it, and what AES-256-GCM made of the values with it. */
  key: text,
  iv: text,
  tag: text,
  data: text,
});

/** <data>/secrets/last-good.json. */
export const SEALED_SECRETS = documentFormat({
  what: 'last good copy of secrets',
  shape: sealed,
  maxBytes: 128 * 1024 * 1024,
  fix: 'remove the file: the agent writes it anew',
  indented: false,
});
export type SealedSecrets = ReadOnly<z.output<typeof sealed>>;
