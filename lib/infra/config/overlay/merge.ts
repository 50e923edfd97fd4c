type Settings = Readonly<Record<string, unknown>>;

const isSettings = (value: unknown): value is Settings =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Objects that a `kind` tells apart are alternatives: one of another kind is not mixed with it, but replaced. */
const isAlternative = (before: Settings, over: Settings): boolean => 'kind' in over && before.kind !== over.kind;

/** `over` laid over `base`, key by key: null takes a setting away, lists are replaced. Neither is changed. */
export function merge(base: unknown, over: Settings): Settings {
  const start: Settings = isSettings(base) && !isAlternative(base, over) ? base : {};
  const merged: Record<string, unknown> = { ...start };
  for (const [key, value] of Object.entries(over)) {
    if (value === null) delete merged[key];
    else if (value !== undefined) merged[key] = isSettings(value) ? merge(start[key], value) : value;
  }
  return merged;
}
