import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync, readdirSync, readlinkSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { join, sep } from 'node:path';
import { SECRET_NEEDS } from '../../lib/contract/documents/secrets';
import { NEEDS_FILE } from '../../lib/core/rendering/secrets/of-bundle';
import { readIfExists, syncDirectory, writeAtomically } from '../base/files';

/** Lies beside a link: the text of a file in which values have to stand, without them. */
const TEMPLATE = '.template';

/**
 * Configurations lie in `generations/<id>/`, and `live` points to the one in use: a single rename swaps
 * all files at once, while Prometheus sees the same paths (`live/rules/…`) for ever.
 */
export class Generations {
  /** `memory`: where files with values in them are put, `<id>/<name>`, in memory. */
  constructor(
    private readonly root: string,
    private readonly memory: string,
  ) {
    mkdirSync(join(root, 'generations'), { recursive: true });
  }

  /** The generation in use, null before the first. */
  get live(): string | null {
    const link = join(this.root, 'live');
    // After a boot it may be a link to what is not in memory yet.
    const file = lstatSync(join(link, 'prometheus.yml'), { throwIfNoEntry: false });
    return file !== undefined ? readlinkSync(link).replace(/^generations\//, '') : null;
  }

  /** Which bundle a generation was rendered from. */
  bundleOf(id: string): string | null {
    return readIfExists(join(this.directory(id), 'bundle-hash'));
  }

  /** Those that are kept. */
  get all(): string[] {
    return readdirSync(join(this.root, 'generations'));
  }

  /** A file as it was rendered, without values of secrets; null where there is none. */
  textOf(id: string, file: string): string | null {
    const path = join(this.directory(id), file);
    return readIfExists(`${path}${TEMPLATE}`) ?? readIfExists(path);
  }

  directory(id: string): string {
    return join(this.root, 'generations', id);
  }

  /** Whether two generations differ in the files that `concerns` picks. */
  differ(a: string | null, b: string, concerns: (file: string) => boolean): boolean {
    return a === null || this.digest(a, concerns) !== this.digest(b, concerns);
  }

  /** Writes the files of a new generation; the same files give the same one. @throws Error before anything is written, when one would lie elsewhere */
  write(files: Readonly<Record<string, string>>, bundleHash: string): string {
    const id = createHash('sha256')
      .update(JSON.stringify([bundleHash, files]))
      .digest('hex')
      .slice(0, 16);
    const needs = files[NEEDS_FILE];
    const filled = needs === undefined ? [] : SECRET_NEEDS.parse(needs, 'what was rendered').filled;
    const all = Object.entries({ ...files, 'bundle-hash': bundleHash });
    const paths = all.map(([name, text]) => [name, text, this.within(id, name)] as const);
    for (const [name, text, path] of paths) {
      if (!filled.includes(name)) writeAtomically(path, text);
      else {
        writeAtomically(`${path}${TEMPLATE}`, text);
        rmSync(path, { force: true });
        symlinkSync(join(this.memory, id, name), path);
      }
    }
    return id;
  }

  private within(id: string, name: string): string {
    const path = join(this.directory(id), name);
    if (path.startsWith(`${this.directory(id)}${sep}`)) return path;
    throw new Error(`${JSON.stringify(name)} is no name of a file of a configuration`);
  }

  activate(id: string): void {
    const next = join(this.root, 'live.tmp');
    rmSync(next, { force: true });
    symlinkSync(`generations/${id}`, next);
    renameSync(next, join(this.root, 'live'));
    syncDirectory(this.root);
  }

  /** Removes what is neither in use nor named. */
  prune(keep: readonly (string | null)[]): void {
    for (const id of this.all) {
      if (id !== this.live && !keep.includes(id)) rmSync(this.directory(id), { recursive: true });
    }
  }

  private digest(id: string, concerns: (file: string) => boolean): string {
    const directory = this.directory(id);
    // Of a link the template beside it tells: a value may be another one, and somebody else sees to that.
    const names = (readdirSync(directory, { recursive: true }) as string[])
      .filter((name) => name !== 'bundle-hash' && name !== NEEDS_FILE && lstatSync(join(directory, name)).isFile())
      .map((name) => name.replace(/\.template$/, ''))
      .filter(concerns);
    return JSON.stringify(names.sort().map((name) => [name, this.textOf(id, name)]));
  }
}
