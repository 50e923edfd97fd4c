import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compareVersions } from '../tools/catalog/version';
import { QUIET_RUN, type QuietRun } from '../../lib/contract/documents/quiet-run';
import { parseRecord, type MeasuredDrill } from './record';
import { renderMeasurements, type VersionFigures } from './render';

const ROOT = join(__dirname, '../..');
const FOLDER = join(ROOT, 'docs/measurements');
/** What `promha cost` counts by: no drill. */
const QUIET_FILE = 'quiet.json';
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
  const drills = readdirSync(folder).filter((name) => name !== QUIET_FILE);
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

export function writeMeasurementsPage(order: readonly string[]): void {
  writeFileSync(PAGE, renderMeasurements(readKept(order)));
}
