const ALONE = /^(\s*(?:-\s+)?['"]?)([\w.-]+)(['"]?\s*:\s*['"]?)\$\{([A-Za-z_][A-Za-z0-9_.-]*)\}(?=['"]?\s*(?:#.*)?$)/gm;
const INSIDE = /\$\{([A-Za-z_][A-Za-z0-9_.-]*)\}/g;

/** Stands where a secret is missing, or not known yet: of the right form, and known to nobody. `key`: of the whole value. */
export function formOfSecret(key: string | null): string {
  if (key !== null && /url$/.test(key)) return 'http://secret-missing.invalid/';
  // Scaleway's library refuses whatever is no UUID.
  if (key === 'secret_key') return '00000000-0000-4000-8000-000000000000';
  return key === 'chat_id' ? '1' : 'secret-missing';
}

/** A file of the user's as its program can judge it, line by line the same. */
export function withStandIns(text: string, isDeclared: (name: string) => boolean): string {
  const whole = text.replace(ALONE, (all, before: string, key: string, between: string, name: string) =>
    isDeclared(name) ? `${before}${key}${between}${formOfSecret(key)}` : all,
  );
  return whole.replace(INSIDE, (all, name: string) => (isDeclared(name) ? formOfSecret(null) : all));
}
