import { UserError } from '../../../contract/errors';
import { EXTERNAL_LABELS } from '../../../contract/labels';

/**
 * Labels of targets or rules that collide with the external ones. Thanos puts its own values in their place, so that two
 * series become one, and `replica` is what it deduplicates by and what no alert keeps.
 */
export function externalLabel(
  labels: Readonly<Record<string, string>> | undefined,
  where: (name: string) => string,
): UserError[] {
  const external = Object.values<string>(EXTERNAL_LABELS);
  return Object.entries(labels ?? {})
    .filter(([name]) => external.includes(name))
    .map(
      ([name, value]) =>
        new UserError({
          what: `the label ${name} collides with an external label of the cluster, which would take its place`,
          where: where(name),
          got: `${name}: ${value}`,
          expected: `labels other than ${external.join(', ')}`,
          fix: `give it another name, such as ${name}_name`,
        }),
    );
}
