import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { namedPaths, placeIn } from '../../core/import/paths';
import { documentAsWritten } from '../../core/rendering/as-written';
import { folderOf } from '../../infra/config/native/read';
import { filesNamed, isPattern } from '../../infra/config/native/paths';
import { isSeq } from 'yaml';
import { UserError } from '../../contract/errors';
import { Files, type Gathered, type UsersText } from './gathered';

const PROMETHEUS = ['prometheus.yml', 'prometheus.yaml'];
const ALERTMANAGER = ['alertmanager.yml', 'alertmanager.yaml'];

/** What a prometheus.yml and an alertmanager.yml are with the files that they name. @throws UserError where there is none */
export function gatherFiles(source: string, alertmanager: string | null): Gathered {
  const path = fileAt(source, PROMETHEUS);
  if (path === null) {
    throw new UserError({
      what: 'there is no prometheus.yml',
      got: source,
      expected: 'a prometheus.yml, a directory that has one, or the URL of a running Prometheus',
      fix: 'npx promha import /etc/prometheus --to config',
    });
  }
  const files = new Files();
  const told: string[] = [];
  const text = readFileSync(path, 'utf8');
  named(text, dirname(resolve(path)), files, told);
  return {
    prometheus: { file: shown(path), text },
    alertmanager: alertmanagerFiles(alertmanager ?? besides(path), files, told, alertmanager !== null),
    files: files.all(),
    told,
    version: null,
    host: null,
    flags: { prometheusFeatures: [], prometheusLimits: {} },
  };
}

/** Of an alertmanager.yml, with its templates. */
export function alertmanagerFiles(
  source: string | null,
  files: Files,
  told: string[],
  asked: boolean,
): UsersText | null {
  const path = source === null ? null : fileAt(source, ALERTMANAGER);
  if (path === null) {
    if (!asked) return null;
    throw new UserError({
      what: 'there is no alertmanager.yml',
      got: source ?? '',
      expected: 'an alertmanager.yml, a directory that has one, or the URL of a running Alertmanager',
      fix: 'give its path: --alertmanager /etc/alertmanager/alertmanager.yml',
    });
  }
  const text = readFileSync(path, 'utf8');
  const list = documentAsWritten(text).get('templates', true);
  for (const pattern of isSeq(list) ? (list.toJSON() as unknown[]).filter((one) => typeof one === 'string') : []) {
    const found = lookFor(pattern, dirname(resolve(path)));
    if (found.length === 0) told.push(`${shown(path)}: no file here is ${pattern}: templates do not come along`);
    for (const one of found) files.add(`templates/${basename(one)}`, one, readFileSync(one, 'utf8'));
  }
  return { file: shown(path), text };
}

/** The rules, jobs, targets and certificates that a file names. */
function named(text: string, dir: string, files: Files, told: string[]): void {
  const { rules, jobs, targets, certificates } = namedPaths(text);
  for (const path of [...rules, ...jobs, ...targets, ...certificates]) {
    const found = lookFor(path, dir);
    if (found.length === 0) told.push(`no file here is ${path}`);
    for (const one of found) {
      const content = readFileSync(one, 'utf8');
      files.add(placeIn(one, dir), one, content);
      if (jobs.includes(path)) named(content, dir, files, told);
    }
  }
}

/** The files of a path or pattern: as it stands, or, where it is that of another machine, by its last parts below `dir`. */
function lookFor(path: string, dir: string): string[] {
  const whole = resolve(dir, path);
  const steps = whole.split('/');
  const first = steps.findIndex(isPattern);
  if (first === -1 && existsSync(whole)) return statSync(whole).isFile() ? [whole] : [];
  const fixed = steps.slice(0, first === -1 ? -1 : first).join('/') || '/';
  // The whole of a machine is nobody's configuration.
  const there = fixed !== '/' && existsSync(fixed) && first !== -1 ? folderOf(fixed).files : [];
  const found = filesNamed(relative(fixed, whole), '', there);
  if (found.length > 0) return found.map((one) => join(fixed, one));
  return filesNamed(path, '', folderOf(dir).files).map((one) => join(dir, one));
}

function fileAt(source: string, names: readonly string[]): string | null {
  if (!existsSync(source)) return null;
  if (statSync(source).isFile()) return source;
  return names.map((name) => join(source, name)).find((path) => existsSync(path)) ?? null;
}

const besides = (path: string): string | null =>
  ALERTMANAGER.map((name) => join(dirname(path), name)).find((one) => existsSync(one)) ?? null;

function shown(path: string): string {
  const short = relative(process.cwd(), path);
  return short.startsWith('..') ? resolve(path) : short;
}
