import { durationMs } from '../../../contract/duration';
import type { Cluster } from '../cluster';
import { parseYaml } from '../yaml-file';
import { wrongWhenSharded } from '../promql/sharded';

/** Written into a rule, as a comment, with the reason: whoever wrote it has looked at it. */
const ACKNOWLEDGED = 'shard-safe:';

interface Rule {
  readonly alert?: string;
  readonly record?: string;
  readonly expr?: string | number;
  readonly for?: string;
}

/** Rules that do not mean the same in every shard, and what else several shards change; one line each, with its place. */
export function shardWarnings(
  rules: Readonly<Record<string, string>>,
  { shards, policy }: Pick<Cluster, 'shards' | 'policy'>,
  label: (file: string) => string,
): string[] {
  if (shards === 1) return [];
  const warnings: string[] = [];
  for (const [file, content] of Object.entries(rules)) {
    const yaml = parseYaml(label(file), content, []);
    const groups = (yaml?.value as { groups?: { rules?: Rule[] | null }[] | null } | null)?.groups ?? [];
    groups.forEach((group, g) =>
      group.rules?.forEach((rule, r) => {
        const path = ['groups', g, 'rules', r];
        const [from, , to] = yaml!.node(path)?.range ?? [0, 0, 0];
        if (content.slice(from, to).includes(ACKNOWLEDGED)) return;
        const name = rule.alert === undefined ? `recording rule ${rule.record}` : `alert ${rule.alert}`;
        const wrong = wrongWhenSharded(String(rule.expr ?? ''));
        if (wrong.length > 0) {
          const where = yaml!.where([...path, 'expr']);
          warnings.push(`${where}: with ${shards} shards ${name} is wrong: ${wrong.join('; ')} (docs/sharding.md)`);
        }
        if (rule.for !== undefined && durationMs(rule.for) > policy.sharding.overlapMs) {
          const where = yaml!.where([...path, 'for']);
          const overlap = `policy.sharding.overlapMs (${policy.sharding.overlapMs / 1000} s)`;
          warnings.push(
            `${where}: ${name} waits longer than ${overlap}: it begins anew when its target changes shards`,
          );
        }
      }),
    );
  }
  return [
    `with ${shards} shards no node has all targets: while Thanos is down, queries fail instead of going to the nodes`,
    ...warnings,
  ];
}
