import { TOO_DEEP, withinStack } from './yaml-depth';
import { parseAllDocuments, YAMLParseError, type Document, type ParseOptions, type SchemaOptions } from 'yaml';

/**
 * As Prometheus and Alertmanager read YAML: a scalar is the text that stands there until somebody asks for a number
 * (`0123`, `yes`, `1e9` as a label), what is empty is null, `<<` merges.
 */
export const AS_WRITTEN: ParseOptions & SchemaOptions = { schema: 'failsafe', customTags: ['null'], merge: true };

/** Prometheus has no limit; so many stand in no file that a person wrote. */
export const MOST_ALIASES = 1_000_000;

/** The first document of a text: the only one that Prometheus and Alertmanager read. `errors` has what is wrong with it. */
export function documentAsWritten(text: string): Document.Parsed {
  return withinStack(text, () => read(text), tooDeep);
}

function tooDeep(): Document.Parsed {
  const document = read('~');
  document.errors.push(new YAMLParseError([0, 0], 'RESOURCE_EXHAUSTION', TOO_DEEP));
  return document;
}

function read(text: string): Document.Parsed {
  const [first] = parseAllDocuments(text, { ...AS_WRITTEN, prettyErrors: false });
  return first ?? parseAllDocuments('~', AS_WRITTEN)[0]!;
}

/** Its value: texts, lists, maps and null. */
export function valueAsWritten(text: string): unknown {
  return documentAsWritten(text).toJS({ maxAliasCount: MOST_ALIASES });
}
