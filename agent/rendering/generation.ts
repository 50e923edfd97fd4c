import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readlinkSync, renameSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { readIfExists, syncDirectory, writeAtomically } from '../base/files';

/**
 * Configurations lie in `generations/<id>/`, and `live` points to the one in use: a single rename swaps
 * all files at once, while Prometheus sees the same paths (`live/rules/…`) for ever.
 */
export class Generations {
  constructor(private readonly root: string) {
    mkdirSync(join(root, 'generations'), { recursive: true });
  }

  /** The generation in use, null before the first. */
  get live(): string | null {
    const link = join(this.root, 'live');
    return existsSync(join(link, 'prometheus.yml')) ? readlinkSync(link).replace(/^generations\//, '') : null;
  }

  /** Which bundle a generation was rendered from. */
  bundleOf(id: string): string | null {
    return readIfExists(join(this.directory(id), 'bundle-hash'));
  }

  directory(id: string): string {
    return join(this.root, 'generations', id);
  }

  /** Whether two generations differ in the files that `concerns` picks. */
  differ(a: string | null, b: string, concerns: (file: string) => boolean): boolean {
    return a === null || this.digest(a, concerns) !== this.digest(b, concerns);
  }

  /** Writes the files of a new generation; the same files give the same one. */
  write(files: Readonly<Record<string, string>>, bundleHash: string): string {
    const id = createHash('sha256')
      .update(JSON.stringify([bundleHash, files]))
      .digest('hex')
      .slice(0, 16);
    for (const [name, text] of Object.entries({ ...files, 'bundle-hash': bundleHash })) {
      writeAtomically(join(this.directory(id), name), text);
    }
    return id;
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
    for (const id of readdirSync(join(this.root, 'generations'))) {
      if (id !== this.live && !keep.includes(id)) rmSync(this.directory(id), { recursive: true });
    }
  }

  private digest(id: string, concerns: (file: string) => boolean): string {
    const directory = this.directory(id);
    const names = (readdirSync(directory, { recursive: true }) as string[]).filter(
      (name) => name !== 'bundle-hash' && concerns(name) && statSync(join(directory, name)).isFile(),
    );
    return JSON.stringify(names.sort().map((name) => [name, readIfExists(join(this.directory(id), name))]));
  }
}
