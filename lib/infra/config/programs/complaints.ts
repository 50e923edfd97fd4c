/** What promtool or amtool say against a configuration: one each, with the lines that belong to it. */
export function complaintsIn(output: string): string[] {
  const found: string[] = [];
  let within: 'no' | 'begins' | 'goes on' = 'no';
  for (const line of output.split('\n')) {
    const failed = /FAILED:?\s*(.*)$/.exec(line);
    const text = (failed?.[1] ?? line).trim();
    if (failed !== null) within = 'begins';
    else if (text === '' || /^Checking |SUCCESS:/.test(line)) within = 'no';
    if (within === 'no' || text === '') continue;
    if (within === 'goes on' && /^\s/.test(line)) found.push(`${found.pop()!} ${text}`);
    else found.push(text);
    within = 'goes on';
  }
  return found;
}

/** Where a complaint is about, as far as it says. */
interface About {
  /** Relative to the directory that was checked; null when none is named. */
  readonly file: string | null;
  readonly line: number | null;
  /** In a file of rules. */
  readonly path: readonly (string | number)[] | null;
  readonly says: string;
}

const FILE = /^(?:.*?\bfile )?"?((?:[^\s:"/]+\/)*[^\s:"/]+\.(?:ya?ml|rules?))"?: (.*)$/s;
/** Both numbered from 1 by whoever says it; groups are named. */
const RULE = /^(?:(?:\d+):\d+: )?group "([^"]*)", rule (\d+), "[^"]*": (?:(annotation|label) "([^"]+)")?/;

/** `groups` of a file of rules: names in order. */
export function aboutOf(complaint: string, groups: (file: string) => readonly string[]): About {
  const named = FILE.exec(complaint);
  const [file, says] = named === null ? [null, complaint] : [named[1]!, named[2]!];
  const rule = RULE.exec(says);
  const line = /\bline (\d+)\b/.exec(says)?.[1] ?? /^(\d+):\d+: /.exec(says)?.[1];
  const group = rule === null || file === null ? -1 : groups(file).indexOf(rule[1]!);
  const part = rule?.[3] === undefined ? [] : [`${rule[3]}s`, rule[4]!];
  return {
    file,
    says,
    line: line === undefined ? null : Number(line),
    path: group === -1 ? null : ['groups', group, 'rules', Number(rule![2]) - 1, ...part],
  };
}

/** The same of the user's own file: where promtool names no line, that of the job or value which it quotes. */
export function aboutUsersFile(
  complaint: string,
  text: string,
  file: string,
): { readonly where: string; readonly got: string } {
  const got = complaint.replace(/^(?:parsing YAML file [^:]*: )?(?:yaml: )?(?:unmarshal errors: )?/, '');
  const line = /\bline (\d+)\b/.exec(got)?.[1] ?? lineQuoted(got, text);
  return { where: line === undefined ? file : `${file}:${line}`, got };
}

function lineQuoted(says: string, text: string): number | undefined {
  const lines = text.split('\n');
  for (const [, quoted] of says.matchAll(/"([^"]+)"/g)) {
    const found = lines.findIndex((line) => line.includes(quoted!));
    if (found !== -1) return found + 1;
  }
  return undefined;
}
