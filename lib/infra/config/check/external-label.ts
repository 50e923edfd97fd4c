import { UserError } from '../../../contract/errors';
import { EXTERNAL_LABELS } from '../../../contract/labels';

/**
 * Labels of targets or rules that collide with the external ones. Thanos puts its own values in their place, so that two
 * series become one, and `replica` is what it deduplicates by and what no alert keeps. `but`: these may be.
 */
export function externalLabel(
  labels: Readonly<Record<string, string>> | undefined,
  where: (name: string) => string,
  but: readonly string[] = [],
): UserError[] {
  const external = Object.values<string>(EXTERNAL_LABELS).filter((name) => !but.includes(name));
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

/** `cluster` in a rule is what mixins write: alerts keep it, and of series Thanos shows the cluster's own name. */
export function shadowedLabel(
  labels: Readonly<Record<string, string>> | undefined,
  where: (name: string) => string,
): string[] {
  const { cluster } = EXTERNAL_LABELS;
  const value = labels?.[cluster];
  if (value === undefined) return [];
  return [
    `${where(cluster)}: alerts keep the label ${cluster}: ${value}; queries through Thanos show the name of this cluster in its place`,
  ];
}
