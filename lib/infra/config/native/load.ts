import { join } from 'node:path';
import { shown } from '../shown';
import type { Settings } from './gives-way';
import { adaptNative, type Native } from './native';
import { folderOf, NATIVE_FILE, nativeText } from './read';
import type { Said } from './source';

/** What prometheus.yml means for the rest of config/. */
export interface UsersFile {
  /** Null where it was not found sound. */
  readonly native: Native | null;
  /** Whether it names a file of a directory of config/, or one below it. */
  readonly names: (dir: string) => (name: string) => boolean;
}

/** config/prometheus.yml and what it names; null where there is none. */
export function loadNative(configDir: string, settings: Settings | null, said: Said): UsersFile | null {
  const text = nativeText(configDir);
  if (text === null) return null;
  const native =
    settings === null
      ? null
      : adaptNative(shown(join(configDir, NATIVE_FILE)), text, folderOf(configDir), settings, said);
  const named = Object.keys(native?.named.files ?? {});
  return {
    native,
    names: (dir) => (name) => named.some((path) => path === `${dir}/${name}` || path.startsWith(`${dir}/${name}/`)),
  };
}

/** Texts of the rule files that it names, by name relative to config/rules as the other ones have. */
export function namedRules(native: Native | null): Record<string, string> {
  const { files, rules } = native?.named ?? { files: {}, rules: [] };
  const name = (path: string): string => (path.startsWith('rules/') ? path.slice('rules/'.length) : `../${path}`);
  return Object.fromEntries(rules.map((path) => [name(path), files[path]!]));
}
