/** A piece of a text that becomes another one: what lies before `end` and not before `start`. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** What is changed in one file of the user's, and why; `line` is that of the file before. */
export interface FileChange {
  readonly file: string;
  readonly line: number;
  readonly what: string;
  readonly why: string;
}

/** One change with what it takes; two that meet (an anchor is used twice) are made once. */
export interface Rewrite {
  readonly edit: Edit;
  readonly what: string;
  readonly why: string;
}

/** The text with all rewrites in it: everything else stays as it is, comments and order included. */
export function applyRewrites(
  file: string,
  text: string,
  rewrites: readonly Rewrite[],
): { text: string; changes: FileChange[] } {
  const sorted = rewrites
    .filter(({ edit }) => text.slice(edit.start, edit.end) !== edit.text || edit.text === '')
    .sort((a, b) => a.edit.start - b.edit.start || a.edit.end - b.edit.end);
  const made: Rewrite[] = [];
  let end = -1;
  for (const rewrite of sorted) {
    if (rewrite.edit.start < end || same(made.at(-1)?.edit, rewrite.edit)) continue;
    made.push(rewrite);
    end = rewrite.edit.end;
  }
  let changed = text;
  for (const { edit } of [...made].reverse())
    changed = `${changed.slice(0, edit.start)}${edit.text}${changed.slice(edit.end)}`;
  return { text: changed, changes: made.map(({ edit, what, why }) => ({ file, line: lineAt(text, edit), what, why })) };
}

const same = (a: Edit | undefined, b: Edit): boolean => a?.start === b.start && a.end === b.end;
const lineAt = (text: string, { start }: Edit): number => text.slice(0, start).split('\n').length;

/** Takes a line out of the file's meaning and leaves it to be read; no line moves. Null where more than it stands there. */
export function commentOut(text: string, start: number, end: number): Edit | null {
  const from = text.lastIndexOf('\n', start - 1) + 1;
  const isWhole = /^[ \t]*(- +)?$/.test(text.slice(from, start)) && /^[ \t]*(#.*)?\r?(\n|$)/.test(text.slice(end));
  if (!isWhole || text.slice(start, end).includes('\n')) return null;
  const first = from + /^[ \t]*/.exec(text.slice(from))![0].length;
  return { start: first, end: first, text: '# ' };
}
