import { readFileSync } from 'node:fs';
import { parseDocument } from 'yaml';
import { z } from 'zod';

/** A mistake in the configuration, told so that it can be repaired. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

const NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
const name = z.string().regex(NAME, 'expected letters, digits and _, not starting with a digit');

const querySchema = z
  .strictObject({
    /** Becomes the label `query`. */
    name,
    help: z.string().min(1).optional(),
    sql: z.string().trim().min(1, 'expected one SQL statement that returns rows'),
    /** Column with the number. */
    value: z.string().default('value'),
    /** Columns that become labels. */
    labels: z.array(name).default([]),
    timeoutMs: z.number().int().min(10).max(60_000).optional(),
  })
  .superRefine(({ labels, value }, context) => {
    if (labels.includes('query'))
      context.addIssue({
        code: 'custom',
        path: ['labels'],
        message: '`query` is the label that holds the name of the query: rename the column with AS',
      });
    if (labels.some((label) => label.startsWith('__')))
      context.addIssue({ code: 'custom', path: ['labels'], message: 'names that start with __ belong to Prometheus' });
    if (labels.includes(value))
      context.addIssue({
        code: 'custom',
        path: ['value'],
        message: `column ${value} cannot be value and label at once`,
      });
    if (new Set(labels).size < labels.length)
      context.addIssue({ code: 'custom', path: ['labels'], message: 'a label is listed twice' });
  });

const schema = z
  .strictObject({
    /** For each query that sets none of its own. Keep the sum below Prometheus's scrape_timeout. */
    timeoutMs: z.number().int().min(10).max(60_000).default(500),
    queries: z.array(querySchema).default([]),
  })
  .superRefine(({ queries }, context) => {
    queries.forEach((query, i) => {
      if (queries.findIndex((other) => other.name === query.name) < i) {
        context.addIssue({ code: 'custom', path: ['queries', i, 'name'], message: `"${query.name}" is used twice` });
      }
    });
  });

export type ExporterConfig = z.infer<typeof schema>;
export type Query = ExporterConfig['queries'][number];

export const NO_QUERIES: ExporterConfig = schema.parse({});

/** YAML, of which JSON is a part. @throws ConfigError with file, line and what was expected, for every mistake */
export function parseConfig(text: string, file: string): ExporterConfig {
  const document = parseDocument(text);
  const [broken] = document.errors;
  if (broken) throw new ConfigError(`${file}:${broken.linePos?.[0].line ?? 1}: ${broken.message.split('\n')[0]}`);
  const parsed = schema.safeParse(document.toJS() ?? {});
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map((issue) => {
    const path = issue.path.map(String);
    return `${file}:${lineOf(text, document.getIn(issue.path as (string | number)[], true))}${path.join('.') || 'the file'}: ${issue.message}`;
  });
  throw new ConfigError(lines.join('\n'));
}

/** @throws ConfigError */
export function readConfig(file: string): ExporterConfig {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new ConfigError(`${file}: cannot be read: ${(error as Error).message}`, { cause: error });
  }
  return parseConfig(text, file);
}

/** `12: `, or nothing for a key that is missing and so has no place. */
function lineOf(text: string, node: unknown): string {
  const range = (node as { range?: [number, number, number] } | undefined)?.range;
  return range === undefined ? ' ' : `${text.slice(0, range[0]).split('\n').length}: `;
}
