import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { consecutiveFailures, score } from './score';

/**
 * `npm run mutate [-- FOLDER … [--survivors]]`: breaks lib/core (or these folders of it) in every small way that Stryker
 * knows and looks whether a unit test fails. What was tried before and did not change is not tried again. Exits 0 only
 * if each folder reaches its target; the last line has the figures.
 */
const ROOT = join(__dirname, '../..');
const REPORT = join(ROOT, 'node_modules/.cache/mutants/report.json');

function main(args: readonly string[]): number {
  const folders = args.filter((arg) => !arg.startsWith('--'));
  const unknown = folders.find((folder) => !existsSync(join(ROOT, 'lib/core', folder)));
  if (unknown !== undefined) {
    process.stderr.write(`mutate: lib/core has no folder ${unknown}\n  fix: name one that is there, or none for all\n`);
    return 2;
  }
  rmSync(REPORT, { force: true });
  // Of a run that was killed; Stryker removes only its own.
  rmSync(join(ROOT, '.run/mutants'), { recursive: true, force: true });
  const mutate = folders.map((folder) => `lib/core/${folder}/**/*.ts`).join(',');
  const stryker = join(ROOT, 'node_modules/@stryker-mutator/core/bin/stryker.js');
  const only = mutate === '' ? [] : ['--mutate', mutate];
  const { status } = spawnSync(process.execPath, [stryker, 'run', ...only], { cwd: ROOT, stdio: 'inherit' });
  if (!existsSync(REPORT)) {
    process.stderr.write(`mutate: Stryker ended with ${status} and no report; what it printed above says why\n`);
    return 1;
  }
  const { scores, survivors } = score(JSON.parse(readFileSync(REPORT, 'utf8')));
  if (args.includes('--survivors')) {
    for (const s of survivors) process.stdout.write(`${s.file}:${s.line}  ${s.how}  ${s.mutation}\n`);
  }
  for (const s of scores) {
    process.stdout.write(`${s.folder.padEnd(12)} ${String(s.caught).padStart(5)} of ${s.mutants} caught\n`);
  }
  const figures = scores.map((s) => `${s.folder} ${s.percent} % (target ${s.target} %)`).join(', ');
  process.stdout.write(`mutation score: ${figures}\n`);
  return consecutiveFailures(scores).length === 0 ? 0 : 1;
}

process.exitCode = main(process.argv.slice(2));
