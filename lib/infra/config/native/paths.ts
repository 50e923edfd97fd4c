/** Of a pattern of Go's filepath.Match, the same as a regular expression. */
function expression(pattern: string): RegExp {
  let out = '';
  for (let i = 0; i < pattern.length; i++) {
    const c = pattern[i]!;
    const set = c === '[' ? /^\[(\^?)((?:\\.|[^\]\\])+)\]/.exec(pattern.slice(i)) : null;
    if (set !== null) {
      out += `[${set[1]}${set[2]}]`;
      i += set[0].length - 1;
    } else if (c === '*') out += '[^/]*';
    else if (c === '?') out += '[^/]';
    else {
      const literal = c === '\\' ? (pattern[++i] ?? '') : c;
      out += literal.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
    }
  }
  return new RegExp(`^${out}$`);
}

export const isPattern = (path: string): boolean => /[*?[]/.test(path);

/**
 * The files of config/ that a path of the user's names. Where they lay on the old machine is unknown, so leading directories
 * are left out one after the other until something is found: /etc/prometheus/rules/*.yml is rules/*.yml.
 */
export function filesNamed(path: string, dir: string, files: readonly string[]): string[] {
  const whole = path.startsWith('/') || dir === '' ? path : `${dir}/${path}`;
  const steps = whole.split('/').filter((step) => step !== '' && step !== '.');
  for (let from = 0; from < steps.length; from++) {
    if (steps.slice(from).includes('..')) continue;
    const pattern = expression(steps.slice(from).join('/'));
    const found = files.filter((file) => pattern.test(file));
    if (found.length > 0) return found;
  }
  return [];
}
