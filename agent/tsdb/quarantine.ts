import { existsSync } from 'node:fs';
import { link, mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  QUARANTINE_MANIFEST,
  type QuarantineItem,
  type QuarantineManifest,
} from '../../lib/contract/documents/quarantine';
import { isExpired, newManifest } from '../../lib/core/tsdb/quarantine';
import { readIfExists, syncDirectory, writeAtomically } from '../base/files';
import { ifThere } from '../../lib/shell/tsdb/listing';

export interface QuarantineOptions {
  /** The data volume: everything stays on it, so that a rename is all it takes. */
  readonly data: string;
  readonly tsdb: string;
  readonly incident: string;
  readonly keepMs: number;
  readonly now: () => number;
}

/**
 * What one incident puts aside. Nothing is deleted and nothing copied byte by byte: files are renamed, or get a
 * second name. May be killed anywhere and called again.
 */
export class Quarantine {
  readonly root: string;
  private readonly file: string;
  private manifest: QuarantineManifest;

  /** @throws UserError when the incident's manifest is there, but unusable */
  constructor(readonly options: QuarantineOptions) {
    this.root = join(quarantineRoot(options.data), options.incident);
    this.file = join(this.root, 'manifest.json');
    const text = readIfExists(this.file);
    this.manifest =
      text === null
        ? newManifest(options.incident, options.now(), options.keepMs)
        : QUARANTINE_MANIFEST.parse(text, this.file);
  }

  /** Takes a file or directory of the TSDB out of Prometheus's sight. Nothing happens when it is not there. */
  async move(path: string, because: string): Promise<void> {
    const from = join(this.options.tsdb, path);
    if (!existsSync(from)) return;
    const kept = this.freeName(path);
    this.note({ path, kept, how: 'moved', because });
    await this.rename(from, join(this.root, kept));
  }

  /** Gives a file a second name here before the first one gets new content. False when it is not there. */
  async keepCopy(path: string, because: string): Promise<boolean> {
    const from = join(this.options.tsdb, path);
    const inode = await ifThere(() => stat(from));
    if (inode === null) return false;
    const same = await this.keptAs(path, inode.ino);
    if (same) return true;
    const kept = this.freeName(path);
    this.note({ path, kept, how: 'copied', because });
    const to = join(this.root, kept);
    await mkdir(dirname(to), { recursive: true });
    const linked = await ifThere(() => link(from, to).then(() => true));
    syncDirectory(dirname(to));
    return linked ?? false;
  }

  /** Names what was made in the TSDB to make it whole. */
  made(path: string, because: string): void {
    this.note({ path, kept: null, how: 'made', because });
  }

  /** Renames that belong together: once begun, they are finished, whoever dies. Relative to the data volume. */
  async renameAll(pairs: QuarantineManifest['pending']): Promise<void> {
    this.write({ pending: pairs });
    await this.finish();
  }

  /** Ends what an earlier call began. */
  async finish(): Promise<void> {
    for (const { from, to } of this.manifest.pending) {
      const [source, target] = [join(this.options.data, from), join(this.options.data, to)];
      if (existsSync(source) && !existsSync(target)) await this.rename(source, target);
    }
    if (this.manifest.pending.length > 0) this.write({ pending: [] });
  }

  private async rename(from: string, to: string): Promise<void> {
    await mkdir(dirname(to), { recursive: true });
    await ifThere(() => rename(from, to));
    syncDirectory(dirname(from));
    syncDirectory(dirname(to));
  }

  private async keptAs(path: string, inode: number): Promise<boolean> {
    const names = this.manifest.items.flatMap((item) => (item.path === path && item.kept !== null ? [item.kept] : []));
    for (const name of names) if ((await ifThere(() => stat(join(this.root, name))))?.ino === inode) return true;
    return false;
  }

  /** The same file may be corrupted twice in one incident. */
  private freeName(path: string): string {
    const name = (n: number): string => join('files', n === 1 ? path : `${path}.${n}`);
    let n = 1;
    while (existsSync(join(this.root, name(n)))) n += 1;
    return name(n);
  }

  private note(item: Omit<QuarantineItem, 'at'>): void {
    const known = this.manifest.items.some((i) => i.path === item.path && i.kept === item.kept && i.how === item.how);
    if (known) return;
    const at = new Date(this.options.now()).toISOString();
    this.write({ items: [...this.manifest.items, { ...item, at }] });
  }

  private write(change: Partial<QuarantineManifest>): void {
    this.manifest = { ...this.manifest, ...change };
    writeAtomically(this.file, QUARANTINE_MANIFEST.serialize(this.manifest));
  }
}

export function quarantineRoot(data: string): string {
  return join(data, 'quarantine');
}

type Listed = QuarantineManifest | { readonly incident: string; readonly error: string };

/** All incidents that put something aside, oldest first; `error` where the manifest is unusable. */
export async function listQuarantine(data: string): Promise<Listed[]> {
  const root = quarantineRoot(data);
  const incidents = ((await ifThere(() => readdir(root))) ?? []).sort();
  return Promise.all(
    incidents.map(async (incident): Promise<Listed> => {
      const file = join(root, incident, 'manifest.json');
      const text = await ifThere(() => readFile(file, 'utf8'));
      if (text === null) return { incident, error: `${file} is missing` };
      try {
        return QUARANTINE_MANIFEST.parse(text, file);
      } catch (error) {
        return { incident, error: (error as Error).message };
      }
    }),
  );
}

/** Removes what was quarantined long enough ago; says which incidents. What has no usable manifest stays. */
export async function expireQuarantine(data: string, now: number): Promise<string[]> {
  const expired = (await listQuarantine(data)).flatMap((entry) =>
    'error' in entry || !isExpired(entry, now) ? [] : [entry.incident],
  );
  for (const incident of expired) await rm(join(quarantineRoot(data), incident), { recursive: true });
  return expired;
}
