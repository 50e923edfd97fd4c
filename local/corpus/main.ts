/**
 * `npm run corpus -- DIR [--imported] [--json]`: how the project takes a folder of users' prometheus.yml and alertmanager.yml, beside what
 * promtool and amtool say. `--imported`: how it takes what `promha import` makes of them. JSON: [{ file, kind, tool, fate, problems, crashed }]. Exit codes: 0, 1 when it differs, 2 wrong call.
 */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { Judge } from './judge';
import { fateOf, isWrong, renderCorpus } from './verdicts';

function main(args: readonly string[]): number {
  const json = args.includes('--json');
  const imported = args.includes('--imported');
  const [dir, ...more] = args.filter((arg) => !['--json', '--imported'].includes(arg));
  if (dir === undefined || more.length > 0 || !existsSync(dir) || !statSync(dir).isDirectory()) {
    process.stderr.write('usage: npm run corpus -- DIR [--imported] [--json]\n');
    return 2;
  }
  const judge = new Judge(imported);
  try {
    const files = filesIn(dir).filter((path) => /\.ya?ml$/.test(path));
    const judged = files.flatMap((path) => judge.judge(path, relative(dir, path)) ?? []);
    const out = json
      ? JSON.stringify(
          judged.map((one) => ({ ...one, fate: fateOf(one) })),
          null,
          2,
        )
      : renderCorpus(judged);
    process.stdout.write(`${out}\n`);
    return judged.some(isWrong) ? 1 : 0;
  } finally {
    judge.end();
  }
}

const filesIn = (dir: string): string[] =>
  readdirSync(dir, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => (entry.isDirectory() ? filesIn(join(dir, entry.name)) : [join(dir, entry.name)]));

process.exitCode = main(process.argv.slice(2));
