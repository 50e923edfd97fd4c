import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { inspect, type Ask, type Inspected } from '../../infra/config/inspect';
import { lockFileOf } from '../../infra/config/lock/lock-file';
import { shown } from '../../infra/config/shown';
import { loadableAnywhere } from './cluster-file';

/** A copy of config/ in which an import is tried: nothing of it is seen outside. */
export class Stage {
  private readonly root = mkdtempSync(join(tmpdir(), 'promha-import-'));
  private readonly dir = join(this.root, 'config');
  private tries = 0;

  constructor(
    private readonly clusterFile: string,
    private readonly configDir: string,
  ) {
    mkdirSync(this.dir);
    if (existsSync(configDir)) cpSync(configDir, this.dir, { recursive: true });
  }

  /** What the check says of config/ with these files in it, and with this cluster.ts. Places are those of config/. */
  check(files: Readonly<Record<string, string>>, cluster: string, ask: Ask): Inspected {
    for (const [place, text] of Object.entries(files)) {
      mkdirSync(dirname(join(this.dir, place)), { recursive: true });
      writeFileSync(join(this.dir, place), text);
    }
    // Modules are loaded once: each try has a file of its own.
    const file = join(this.root, `cluster-${++this.tries}.ts`);
    writeFileSync(file, loadableAnywhere(this.clusterFile, cluster));
    const lock = lockFileOf(this.clusterFile);
    if (existsSync(lock)) cpSync(lock, lockFileOf(file));
    return inspect(file, this.dir, ask);
  }

  /** Text about the copy as text about config/. */
  asMeant(text: string): string {
    return text
      .replaceAll(shown(this.dir), shown(this.configDir) || '.')
      .replace(new RegExp(`${this.root}/cluster-\\d+\\.(ts|lock\\.json)`, 'g'), (_, ending: string) =>
        ending === 'ts' ? shown(this.clusterFile) : shown(lockFileOf(this.clusterFile)),
      );
  }

  /** The path below config/ of a place of the copy; null for another file. */
  placeOf(file: string): string | null {
    const path = resolve(file);
    return path.startsWith(`${this.dir}/`) ? path.slice(this.dir.length + 1) : null;
  }

  end(): void {
    rmSync(this.root, { recursive: true });
  }
}
