import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { AppStacks } from '../../lib/core/review/change';

const MANIFEST = z.object({
  artifacts: z.record(
    z.string(),
    z.object({ type: z.string(), environment: z.string().optional(), properties: z.unknown() }),
  ),
});
const STACK = z.object({
  templateFile: z.string(),
  stackName: z.string().optional(),
  terminationProtection: z.boolean().optional(),
});
/** What is read of a stack's template. */
export const STACK_TEMPLATE = z.looseObject({
  Resources: z.record(
    z.string(),
    z.looseObject({ Type: z.string(), Properties: z.record(z.string(), z.unknown()).optional() }),
  ),
  Outputs: z
    .record(
      z.string(),
      z.looseObject({
        Value: z.unknown().optional(),
        Export: z.looseObject({ Name: z.unknown().optional() }).optional(),
      }),
    )
    .optional(),
});

/** The stacks that `cdk synth` has written into a directory. */
export function readAssembly(dir: string): AppStacks {
  const read = (file: string): unknown => JSON.parse(readFileSync(join(dir, file), 'utf8'));
  const artifacts = Object.entries(MANIFEST.parse(read('manifest.json')).artifacts);
  return Object.fromEntries(
    artifacts
      .filter(([, { type }]) => type === 'aws:cloudformation:stack')
      .map(([id, { environment = '', properties }]) => {
        const { templateFile, stackName = id, terminationProtection = false } = STACK.parse(properties);
        const template = STACK_TEMPLATE.parse(read(templateFile));
        return [id, { stackName, environment, terminationProtection, template }];
      }),
  );
}
