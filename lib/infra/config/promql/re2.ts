/** Letters that mean something in Go's regular expressions after a backslash. */
const ESCAPES = /^[AabBCdDEfnpPQrsStvwWxz]$/;
const MOST_REPEATS = 1_000;

/** Whether Prometheus would take this regular expression, as far as JavaScript can tell. */
export function isRe2(text: string): boolean {
  for (const [, escaped = '', next = ''] of text.matchAll(/\\(.)([0-7]?)/gs)) {
    if (/[a-z]/i.test(escaped) && !ESCAPES.test(escaped)) return false;
    // One digit alone would be a back-reference, several are an octal number.
    if (/[89]/.test(escaped) || (/[1-7]/.test(escaped) && next === '')) return false;
  }
  const bare = text.replace(/\\./gs, '');
  if (/\(\?([=!]|<[=!])/.test(bare)) return false;
  const repeats = [...bare.matchAll(/\{(\d+)(?:,(\d*))?\}/g)];
  if (repeats.some(([, least, most]) => Math.max(Number(least), Number(most ?? 0)) > MOST_REPEATS)) return false;
  // What RE2 has and JavaScript has not: flags, another form of named groups, quoted text (which is left alone).
  if (text.includes('\\Q')) return true;
  const plain = text
    .replace(/\(\?[imsU-]+\)/g, '')
    .replace(/\(\?[imsU-]+:/g, '(?:')
    .replace(/\(\?P</g, '(?<');
  try {
    new RegExp(`^(?:${plain})$`);
    return true;
  } catch {
    return false;
  }
}
