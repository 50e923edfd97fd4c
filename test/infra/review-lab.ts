import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { loadConfiguration } from '../../lib/infra/config/load';
import type { Cluster } from '../../lib/infra/config/cluster';
import type { AppStacks, StackTemplate, TemplateResource } from '../../lib/core/review/change';
import { review, type Review } from '../../lib/core/review/review';
import { readAssembly } from '../../local/review/assembly';
import { changesBetween, typeFacts } from '../../local/review/diff';
import { FIXTURE_CONFIG } from '../fixtures/config-dir';
import { assemble } from './synthesize';

const { cluster, bundle } = loadConfiguration(join(FIXTURE_CONFIG, 'cluster.ts'), FIXTURE_CONFIG);
export type Edit = (c: Cluster) => Cluster;

/** What the app makes of an edited configuration. `context`: what `-c` says. */
export function stacksOf(edit: Edit, context: Record<string, string> = {}): AppStacks {
  const { dir } = assemble(edit(cluster), bundle, context);
  try {
    return readAssembly(dir);
  } finally {
    rmSync(dir, { recursive: true });
  }
}

export const judged = (before: AppStacks, after: AppStacks): Review =>
  review(before, after, changesBetween(before, after), (type) => typeFacts(type).stateful);

/** Impact, stack and type of all that is said, each once. */
export const rows = ({ changes }: Review): string[] => [
  ...new Set(changes.map(({ stack, type, impact }) => `${impact}: ${stack} ${type.replace('AWS::', '')}`)),
];
export const why = ({ changes }: Review, type: string): string =>
  changes.filter((one) => one.type === `AWS::${type}`).map((one) => one.why)[0] ?? 'nothing is said';

// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Mutable = { -readonly [K in keyof TemplateResource]: any };

/** The same stacks, the resources of one changed by hand. */
export function edited(
  stacks: AppStacks,
  stack: string,
  edit: (resources: Record<string, Mutable>) => void,
  more: { terminationProtection?: boolean } = {},
): AppStacks {
  const template = structuredClone(stacks[stack]!.template) as StackTemplate & { Resources: Record<string, Mutable> };
  edit(template.Resources);
  return { ...stacks, [stack]: { ...stacks[stack]!, ...more, template } };
}

/** Logical id of the nth resource of a type. */
export const idIn = (stacks: AppStacks, stack: string, type: string, nth = 0): string =>
  Object.entries(stacks[stack]!.template.Resources).filter(([, { Type }]) => Type === `AWS::${type}`)[nth]![0];
