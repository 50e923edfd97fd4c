import { isScalar, isSeq } from 'yaml';
import { documentAsWritten } from '../../../core/rendering/as-written';

/** Where templates lie on nodes, relative to alertmanager.yml; in config/ as well. */
export const TEMPLATES = 'templates';

/** Alertmanager's configuration with its `templates:` as nodes have them. */
export interface MappedTemplates {
  readonly text: string;
  /** Without places. */
  readonly warnings: readonly string[];
}

/**
 * Every file of config/templates/ goes to the nodes; wherever `templates:` looks for files (/etc/alertmanager/…), it
 * looks there for those of the same names. Lines stay where they are.
 */
export function mapTemplates(text: string, names: readonly string[], where: string): MappedTemplates {
  const list = documentAsWritten(text).get('templates', true);
  const warnings: string[] = [];
  const used = new Set<string>();
  let mapped = text;
  // From the end, so that places stay what they are.
  for (const entry of isSeq(list) ? [...list.items].reverse() : []) {
    if (!isScalar(entry) || typeof entry.value !== 'string' || !entry.range) continue;
    const pattern = entry.value.split(/[/\\]/).at(-1)!;
    const there = `${TEMPLATES}/${pattern}`;
    const matching = names.filter((name) => matches(pattern, name));
    matching.forEach((name) => used.add(name));
    if (matching.length === 0)
      warnings.unshift(`${where}: no file of ${TEMPLATES}/ is ${pattern}: Alertmanager uses its own templates only`);
    if (entry.value.replace(/^\.\//, '') === there) continue;
    warnings.unshift(`${where}: templates ${entry.value} are ${there} on nodes: put the files into ${TEMPLATES}/`);
    mapped = `${mapped.slice(0, entry.range[0])}'${there.replaceAll("'", "''")}'${mapped.slice(entry.range[1])}`;
  }
  const unused = names.filter((name) => !used.has(name));
  if (unused.length > 0)
    warnings.push(`${where}: templates: names none of ${unused.join(', ')}: nothing uses what they define`);
  return { text: mapped, warnings };
}

/** As Go's filepath.Match: * and ? and [a-z], without separators. */
function matches(pattern: string, name: string): boolean {
  const regex = pattern.replace(/\\?[.+^${}()|\\]|\*|\?|\[\^?/g, (part) =>
    part === '*' ? '.*' : part === '?' ? '.' : part.startsWith('[') ? part : `\\${part.at(-1)!}`,
  );
  try {
    return new RegExp(`^${regex}$`).test(name);
  } catch {
    return false; // Go takes no such pattern either
  }
}
