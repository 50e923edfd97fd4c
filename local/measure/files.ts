import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compareVersions } from '../tools/catalog/version';
import { QUIET_RUN, type QuietRun } from '../../lib/contract/documents/quiet-run';
import { permissionTree, listed, type Permissions } from '../iam/permissions';
import { parsePermissions, parseRecord, type MeasuredDrill } from './record';
import { renderMeasurements, type VersionFigures } from './render';

const ROOT = join(__dirname, '../..');
const FOLDER = join(ROOT, 'docs/measurements');
/** What `promha cost` counts by: no drill. */
const QUIET_FILE = 'quiet.json';
const PERMISSIONS = 'permissions.json';
export const PAGE = join(ROOT, 'docs/measurements.md');

/** Everything that is kept, newest version first; drills in the order of `order`, then by name. @throws UserError */
export function readKept(order: readonly string[]): VersionFigures[] {
  const place = (name: string): number => (order.includes(name) ? order.indexOf(name) : order.length);
  return readdirSync(FOLDER)
    .sort((a, b) => compareVersions(b, a))
    .map((version) => ({
      version,
      drills: readVersion(version).sort(
        (a, b) => place(a.scenario) - place(b.scenario) || a.scenario.localeCompare(b.scenario),
      ),
    }));
}

/** Nothing for a version that has not been measured. @throws UserError */
export function readVersion(version: string): MeasuredDrill[] {
  const folder = join(FOLDER, version);
  if (!existsSync(folder)) return [];
  const drills = readdirSync(folder).filter((name) => name !== QUIET_FILE && name !== PERMISSIONS);
  return drills.map((name) => parseRecord(readFileSync(join(folder, name), 'utf8'), join(folder, name)));
}

export function writeRecord(version: string, drill: MeasuredDrill): void {
  const folder = join(FOLDER, version);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${drill.scenario}.json`), `${JSON.stringify(drill, null, 2)}\n`);
}

/** Returns the file. */
export function keepQuietRun(version: string, run: QuietRun): string {
  const folder = join(FOLDER, version);
  mkdirSync(folder, { recursive: true });
  const file = join(folder, QUIET_FILE);
  writeFileSync(file, `${QUIET_RUN.serialize(run).trimEnd()}\n`);
  return file;
}

/** What was ever let through in a drill of that version; nothing where none was measured. @throws UserError */
export function readPermissions(version: string): Permissions {
  const file = join(FOLDER, version, PERMISSIONS);
  return existsSync(file) ? parsePermissions(readFileSync(file, 'utf8'), file) : {};
}

/** Adds to what other drills used. */
export function addPermissions(version: string, used: Permissions): void {
  const all = permissionTree([...listed(readPermissions(version)), ...listed(used)]);
  writeFileSync(join(FOLDER, version, PERMISSIONS), `${JSON.stringify(all, null, 2)}\n`);
}

export function writeMeasurementsPage(order: readonly string[]): void {
  writeFileSync(PAGE, renderMeasurements(readKept(order)));
}
