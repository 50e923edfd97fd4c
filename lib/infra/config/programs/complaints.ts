/** What promtool or amtool say against files: one each, with the lines that belong to it. */
export function complaintsIn(output: string): string[] {
  const found: string[] = [];
  let within: 'no' | 'begins' | 'goes on' = 'no';
  for (const line of output.split('\n')) {
    const failed = /FAILED:?\s*(.*)$/.exec(line);
    const text = (failed?.[1] ?? line).trim();
    if (failed !== null) within = 'begins';
    else if (text === '' || /^Checking |SUCCESS:?/.test(line) || /^time=\S+ level=/.test(line)) within = 'no';
    if (within === 'no' || text === '') continue;
    if (within === 'goes on' && /^\s/.test(line)) found.push(`${found.pop()!}\n${text}`);
    else found.push(text);
    within = 'goes on';
  }
  return found.flatMap(eachLine);
}

/** Errors of YAML come together, a line each. */
function eachLine(complaint: string): string[] {
  const [head = '', ...lines] = complaint.split('\n');
  const before = /^(.*)yaml: unmarshal errors:$/.exec(head)?.[1];
  return before === undefined ? [complaint.replaceAll('\n', ' ')] : lines.map((line) => `${before}${line}`);
}

/** Where a complaint of promtool about rules is about, as far as it says. */
interface About {
  /** As it was given to promtool; null when none is named. */
  readonly file: string | null;
  readonly line: number | null;
  /** Of a rule: name of its group, and its place in it, from 0. */
  readonly rule: { readonly group: string; readonly index: number } | null;
  /** In the rule: keys, such as annotations and summary. */
  readonly key: readonly string[];
  /** In an expression: line and column, from 1. */
  readonly within: { readonly line: number; readonly column: number } | null;
  readonly says: string;
}

const FILE = /^(?:.*?\bfile )?"?((?:[^\s:"/]+\/)*[^\s:"/]+\.ya?ml)"?: (.*)$/s;
const RULE = /^(?:\d+:\d+: )*group "([^"]*)", rule (\d+), "(?:[^"\\]|\\.)*": (.*)$/s;
const PART = /^(annotation|label) "([^"]+)": (.*)$/s;
const EXPRESSION = /^could not parse expression: (?:(\d+):(\d+): )?(?:parse error: )?(.*)$/s;

export function aboutOf(complaint: string): About {
  const named = FILE.exec(complaint);
  const [file, text] = named === null ? [null, complaint] : [named[1]!, named[2]!];
  const line = /\bline (\d+)\b/.exec(text)?.[1] ?? /^(\d+):\d+: /.exec(text)?.[1];
  const rule = RULE.exec(text);
  const said = rule?.[3] ?? text.replace(/^(?:\d+:\d+: )+/, '').replace(/^(?:yaml: )?line \d+: /, '');
  const part = PART.exec(said);
  const expression = EXPRESSION.exec(said);
  return {
    file,
    line: line === undefined || line === '0' ? null : Number(line),
    rule: rule === null ? null : { group: rule[1]!, index: Number(rule[2]) - 1 },
    key: part !== null ? [`${part[1]!}s`, part[2]!] : expression !== null ? ['expr'] : [],
    within: expression?.[1] === undefined ? null : { line: Number(expression[1]), column: Number(expression[2]) },
    says: part?.[3] ?? expression?.[3] ?? said,
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
