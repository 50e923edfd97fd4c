import { readGoYaml } from '../rendering/go-yaml';
import { at, itemsOf } from '../rendering/yaml-nodes';
import { commentOut, type Edit, type Rewrite } from './edits';
import { rewritten, scalarAt, type Found } from './scalars';
import type { SecretNames } from './secret-names';

/** What the check has against a place of a file, as far as import can rewrite it. */
export type Complaint = 'secret' | 'secret in a URL' | 'placeholder' | 'missing file';

/** What rewrites are made with. */
export interface Means {
  readonly file: string;
  readonly names: SecretNames;
  /** What `${NAME}` stands for, where whoever imports said so. */
  readonly values: Readonly<Record<string, string>>;
}

/** The rewrite of one complaint at a place of the text; null where import knows none. */
export function rewriteOf(kind: Complaint, text: string, offset: number, means: Means): Rewrite | null {
  const found = scalarAt(text, offset);
  if (found === null) return null;
  const from = `${means.file}:${text.slice(0, offset).split('\n').length}`;
  switch (kind) {
    case 'secret':
      return secret(text, found, from, means);
    case 'secret in a URL':
      return secretInUrl(text, found, from, means);
    case 'placeholder':
      return placeholder(text, found, from, means);
    case 'missing file':
      return missingFile(text, found);
  }
}

function secret(text: string, { scalar, keys, owner }: Found, from: string, { names }: Means): Rewrite {
  const key = keys.at(-1) ?? '';
  const name = names.nameFor(String(scalar.value), owner, key, from);
  return {
    edit: rewritten(text, scalar, `\${${name}}`),
    what: `${key} is \${${name}}`,
    why: 'a secret stood in clear',
  };
}

const PASSWORD = /^([a-z][a-z0-9+.-]*:\/\/[^/@\s:]*:)([^/@\s]+)(?=@)/i;
/** How Go shows a password in a URL. */
const REDACTED = 'xxxxx';

function secretInUrl(text: string, { scalar, keys, owner }: Found, from: string, { names }: Means): Rewrite | null {
  const url = String(scalar.value);
  const password = PASSWORD.exec(url)?.[2];
  if (password === undefined) return null;
  const key = keys.at(-1) ?? '';
  const name = names.nameFor(password === REDACTED ? null : password, owner, `${key}_password`, from);
  return {
    edit: rewritten(
      text,
      scalar,
      url.replace(PASSWORD, (_, before: string) => `${before}\${${name}}`),
    ),
    what: `the password in ${key} is \${${name}}`,
    why: 'a secret stood in clear',
  };
}

const PLACEHOLDER = /\$\{([A-Za-z_][A-Za-z0-9_.]*)(:?[-?+=])?([^}]*)\}|\$([A-Za-z_][A-Za-z0-9_]*)/;
const BRACED = /\$\{([A-Za-z_][A-Za-z0-9_.]*)(:?[-?+=])?([^}]*)\}/;
/** Where a secret would be seen, or is none. */
const SEEN = ['labels', 'external_labels', 'job_name', 'targets', 'metrics_path'];

/** Its value if it was said, else its default, else it is a secret; a label without a value is none, as for Prometheus. */
function placeholder(text: string, { scalar, keys }: Found, from: string, { names, values }: Means): Rewrite | null {
  const isLabel = keys.includes('external_labels');
  const whole = String(scalar.value);
  const pattern = isLabel ? PLACEHOLDER : BRACED;
  const [written = '', braced, operator, rest, bare] = pattern.exec(whole) ?? [];
  const name = braced ?? bare;
  if (name === undefined) return null;
  const value = Object.hasOwn(values, name)
    ? values[name]!
    : ['-', ':-'].includes(operator ?? '')
      ? (rest ?? '')
      : undefined;
  if (value !== undefined) {
    const why = Object.hasOwn(values, name)
      ? `--set ${name}`
      : 'it is the default: nobody expands the environment here';
    const edit = rewritten(text, scalar, whole.split(written).join(value));
    return { edit, what: `${written} is ${value === '' ? 'nothing' : value}`, why };
  }
  if (isLabel) return unsetLabel(text, scalar.range?.[0] ?? 0, scalar.range?.[1] ?? 0, written);
  if (keys.some((key) => SEEN.includes(key))) return null;
  names.declare(name, from, 'in the environment');
  const plain = `\${${name}}`;
  const edit = rewritten(text, scalar, whole.split(written).join(plain));
  return { edit, what: `${written} is the secret ${name}`, why: 'nobody expands the environment here' };
}

function unsetLabel(text: string, start: number, end: number, written: string): Rewrite | null {
  const line = text.lastIndexOf('\n', start - 1) + 1;
  const key = line + /^[ \t]*/.exec(text.slice(line))![0].length;
  const edit = commentOut(text, key, end);
  return edit === null
    ? null
    : {
        edit,
        what: `the label with ${written} no longer counts`,
        why: 'its value is not known: Prometheus leaves out a label whose variable is not set',
      };
}

function missingFile(text: string, { scalar, keys }: Found): Rewrite | null {
  const [start, end] = [scalar.range?.[0] ?? 0, scalar.range?.[1] ?? 0];
  const edit = commentOut(text, start, end) ?? outOfFlow(text, keys[0] ?? '', start);
  const why = 'no such file came along, and Prometheus goes on without it';
  return edit === null ? null : { edit, what: `${String(scalar.value)} no longer counts`, why };
}

/** Out of a list in brackets, with its comma. */
function outOfFlow(text: string, key: string, start: number): Edit | null {
  const places = itemsOf(at(readGoYaml(text).root, key)).map(({ range }) => range ?? ([0, 0, 0] as const));
  const index = places.findIndex(([from]) => from === start);
  const own = places[index];
  if (own === undefined) return null;
  const next = places[index + 1];
  const before = places[index - 1];
  if (next !== undefined) return { start: own[0], end: next[0], text: '' };
  return { start: before === undefined ? own[0] : before[1], end: own[1], text: '' };
}
