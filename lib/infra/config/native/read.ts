import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { shown } from '../shown';
import type { Folder } from './files';

/** The user's own file of Prometheus, if there is one. */
export const NATIVE_FILE = 'prometheus.yml';

/** What is no file of Prometheus, whatever a pattern says. */
const OURS = ['cluster.ts', 'cluster.lock.json', 'alertmanager.yml', NATIVE_FILE];

/** The text of config/prometheus.yml; null where there is none. */
export function nativeText(configDir: string): string | null {
  const path = join(configDir, NATIVE_FILE);
  return existsSync(path) && statSync(path).isFile() ? readFileSync(path, 'utf8') : null;
}

/** Everything below config/ that prometheus.yml could name. Hidden files and links that lead nowhere are left out. */
export function folderOf(configDir: string): Folder {
  return {
    files: filesBelow(configDir, '').filter((path) => !OURS.includes(path)),
    read: (path) => readFileSync(join(configDir, path), 'utf8'),
    shown: (path) => shown(join(configDir, path)),
  };
}

function filesBelow(root: string, dir: string): string[] {
  if (!existsSync(join(root, dir))) return [];
  const names = readdirSync(join(root, dir)).filter((name) => !name.startsWith('.') && name !== 'node_modules');
  return names.sort().flatMap((name) => {
    const path = dir === '' ? name : `${dir}/${name}`;
    const found = statSync(join(root, path), { throwIfNoEntry: false });
    if (found?.isDirectory() === true) return filesBelow(root, path);
    return found?.isFile() === true ? [path] : [];
  });
}
