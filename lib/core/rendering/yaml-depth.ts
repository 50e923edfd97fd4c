/** A person's line opens three or four; each costs the parser stack, and time that grows with what it is in. */
const OPENED_IN_A_LINE = /(?:[?-][ \t]+){100}/;

export const TOO_DEEP = 'lists and maps are nested too deeply';

/** Whether one line opens so many collections in one another that reading it would take the stack, or minutes. */
export const isTooDeep = (text: string): boolean => OPENED_IN_A_LINE.test(text);

/** What `work` comes to; `otherwise` where the text is nested beyond what a parser has stack for. */
export function withinStack<T>(text: string, work: () => T, otherwise: () => T): T {
  if (isTooDeep(text)) return otherwise();
  try {
    return work();
  } catch (error) {
    if (error instanceof RangeError) return otherwise();
    throw error;
  }
}
