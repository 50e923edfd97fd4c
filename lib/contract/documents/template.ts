import type * as z from 'zod/mini';
import { documentFormat, type ReadOnly } from '../document';
import { anything, fields, mapOf, optional, text } from '../shape';

const template = fields({
  Resources: mapOf(text, fields({ Type: text, Properties: optional(anything) })),
});

/** A CloudFormation template, as `cdk synth` writes it: what each resource has is for whoever looks at its type. */
export type Template = ReadOnly<z.output<typeof template>>;

export const TEMPLATE = documentFormat({
  what: 'template',
  shape: template,
  maxBytes: 16 * 1024 * 1024,
  fix: 'synthesize again: npx cdk synth',
});

/** Reads properties of resources of one type, as far as somebody looks at them. */
export function propertiesOf<S extends z.ZodMiniType>(
  type: string,
  shape: S,
): (value: unknown) => ReadOnly<z.output<S>> {
  const format = documentFormat({ what: type, shape, maxBytes: Infinity, fix: 'report it: it is not understood' });
  return (value) => format.check(value, 'a template');
}
