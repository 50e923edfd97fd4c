/** Whether Prometheus would take this regular expression, as far as JavaScript can tell. */
export function isRe2(text: string): boolean {
  if (/\(\?([=!]|<[=!])|\\[1-9]/.test(text)) return false;
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
