/** `${NAME}` of names that are declared; whatever else looks like it is left as it is. */
const PLACEHOLDER = /\$\{([A-Za-z_][A-Za-z0-9_.-]*)\}/g;

/** Of relabeling: `${name}` is a group of the expression there. */
export const OF_RELABELING: readonly string[] = ['replacement', 'target_label', 'regex', 'separator', 'source_labels'];

/** Names in the value that the keys lead to. */
export const secretsAt = (value: string, keys: readonly string[], isDeclared: (name: string) => boolean): string[] =>
  OF_RELABELING.includes(keys.at(-1) ?? '') ? [] : secretsIn(value, isDeclared);

/** Names in a text, each once, of those that are declared. */
export function secretsIn(text: string, isDeclared: (name: string) => boolean): string[] {
  return [...new Set([...text.matchAll(PLACEHOLDER)].map(([, name]) => name!))].filter(isDeclared);
}

/** The text with values; what `valueOf` does not know stays as it is. */
export function withValues(text: string, valueOf: (name: string) => string | undefined): string {
  return text.replace(PLACEHOLDER, (whole, name: string) => valueOf(name) ?? whole);
}

/** The declared secret that a path of a file means: by its last part, whatever directory the old machine had. */
export function secretOfPath(path: string, isDeclared: (name: string) => boolean): string | null {
  const last = path.split('/').at(-1) ?? '';
  return isDeclared(last) ? last : null;
}
