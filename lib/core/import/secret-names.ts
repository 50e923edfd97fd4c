import { SECRET_NAME } from '../../contract/documents/secrets';

/** A secret that config/cluster.ts has to declare. */
export interface Secret {
  readonly name: string;
  /** file:line of where its value was found, or would have stood. */
  readonly from: string;
  /** Where its value is to be had: in that place, in a file of that name, in the old environment, or the server does not tell it. */
  readonly value: 'in clear' | 'in a file' | 'in the environment' | 'not told';
}

/** Names for secrets of one import: the same value has one name, and two values never have the same. */
export class SecretNames {
  private readonly byValue = new Map<string, string>();
  private readonly byFile = new Map<string, string>();
  private readonly all = new Map<string, Secret>();

  /** @param value null: nobody told it */
  nameFor(value: string | null, owner: string, key: string, from: string): string {
    const there = value === null ? undefined : this.byValue.get(value);
    if (there !== undefined) return there;
    const name = this.free(wordOf(`${owner}_${key}`) || 'SECRET');
    if (value !== null) this.byValue.set(value, name);
    this.all.set(name, { name, from, value: value === null ? 'not told' : 'in clear' });
    return name;
  }

  /** A name that the user's files have already. */
  declare(name: string, from: string, value: Secret['value']): void {
    if (!this.all.has(name)) this.all.set(name, { name, from, value });
  }

  /** @param path a file of the old machine: its last part names it, if no other file has that */
  nameForFile(path: string, from: string): string {
    const there = this.byFile.get(path);
    if (there !== undefined) return there;
    const last = path.replace(/^.*\//, '');
    const name = this.free(SECRET_NAME.test(last) ? last : wordOf(last) || 'SECRET');
    this.byFile.set(path, name);
    this.all.set(name, { name, from, value: 'in a file' });
    return name;
  }

  private free(base: string): string {
    let name = base;
    for (let i = 2; this.all.has(name); i++) name = `${base}_${i}`;
    return name;
  }

  list(): Secret[] {
    return [...this.all.values()];
  }
}

/** Shorter than what is allowed, for a number behind it. */
const LONGEST = 90;

function wordOf(text: string): string {
  const word = text
    .toUpperCase()
    .replace(/[^A-Z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '');
  return (/^\d/.test(word) ? `S_${word}` : word).slice(0, LONGEST);
}
