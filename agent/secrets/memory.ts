import { chmodSync, mkdirSync, readdirSync, rmSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import type { SecretNeeds, SecretValues } from '../../lib/contract/documents/secrets';
import { SECRET_VALUES } from '../../lib/contract/documents/secrets';
import { fillYaml } from '../../lib/core/rendering/secrets/fill';
import { withValues, secretsIn } from '../../lib/core/rendering/secrets/placeholders';
import { give, readIfExists, writeAtomically, type Owner } from '../base/files';

/** f_type of tmpfs and ramfs (linux/magic.h). */
const IN_MEMORY = [0x01021994, 0x858458f6];
const OWNER_ONLY = 0o600;
/** Whoever knows the name of a file in it gets there; what it is then the file decides. */
const PASSED_THROUGH = 0o711;

/**
 * Files with values, in a directory that lies in memory, each for those alone that have to read it. `files/` has what programs are
 * told to read, `generations/` the configurations in which a value has to stand.
 */
export class SecretMemory {
  constructor(
    private readonly root: string,
    /** Directory of a generation of the configuration. */
    private readonly generation: (id: string) => string,
    /** Whose a file is, where programs have users of their own; null: all is this user's. */
    private readonly ownerOf: ((path: string) => Owner) | null = null,
  ) {}

  /** Whether nothing of it ever reaches a disk. */
  isInMemory(): boolean {
    this.make();
    return IN_MEMORY.includes(statfsSync(this.root).type);
  }

  /** What an agent of this boot fetched. @throws UserError */
  read(): SecretValues | null {
    const file = join(this.root, 'values.json');
    const text = readIfExists(file);
    return text === null ? null : SECRET_VALUES.parse(text, file);
  }

  keep(values: SecretValues): void {
    this.make();
    writeAtomically(join(this.root, 'values.json'), SECRET_VALUES.serialize(values), OWNER_ONLY);
  }

  /**
   * Everything that a generation needs, in place. A secret without a value is an empty file: whoever reads it fails, and
   * nobody else. @returns files of the configuration whose text changed
   */
  lay(id: string, { declared, texts, filled }: SecretNeeds, valueOf: (name: string) => string | undefined): string[] {
    this.make();
    const names = Object.keys(declared);
    for (const name of names) this.put(join('files', name), valueOf(name) ?? '');
    for (const [file, text] of Object.entries(texts)) {
      const parts = secretsIn(text, (name) => names.includes(name));
      const isWhole = parts.every((name) => valueOf(name) !== undefined);
      this.put(join('files', file), isWhole ? withValues(text, valueOf) : '');
    }
    return filled.filter((file) => {
      const template = readIfExists(join(this.generation(id), `${file}.template`)) ?? '';
      return this.put(join('generations', id, file), fillYaml(template, names, valueOf));
    });
  }

  /** Removes what no generation needs any more. */
  prune(generations: readonly string[], files: readonly string[]): void {
    this.removeOthers('generations', generations);
    this.removeOthers('files', files);
  }

  private removeOthers(directory: string, keep: readonly string[]): void {
    for (const name of readdirSync(join(this.root, directory)))
      if (!keep.includes(name)) rmSync(join(this.root, directory, name), { recursive: true });
  }

  /** Whether it was another text before. */
  private put(path: string, text: string): boolean {
    const file = join(this.root, path);
    const owner = this.ownerOf?.(file) ?? null;
    const isSame = readIfExists(file) === text;
    if (!isSame) writeAtomically(file, text, owner ?? OWNER_ONLY);
    else if (owner !== null) give(file, owner);
    return !isSame;
  }

  private make(): void {
    const mode = this.ownerOf === null ? 0o700 : PASSED_THROUGH;
    for (const directory of [this.root, join(this.root, 'files'), join(this.root, 'generations')])
      mkdirSync(directory, { recursive: true, mode });
    chmodSync(this.root, mode);
  }
}
