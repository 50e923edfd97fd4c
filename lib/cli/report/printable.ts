/**
 * Text for a terminal: what nodes, targets and objects say may have control characters in it, and some of these write to the
 * clipboard or clear the screen. They are shown as what they are.
 */
export const printable = (text: string): string =>
  text.replace(
    /(?![\n\t])[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu,
    (c) => `\\x${c.codePointAt(0)!.toString(16).padStart(2, '0')}`,
  );
