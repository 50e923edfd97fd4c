import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join, normalize } from 'node:path';
import { scripts } from '../../../package.json';
import { DEFAULT_POLICY } from '../../../lib/contract/documents/policy';
import { DRILLS } from '../../../lib/core/status/drill-plan';
import { DRILL_NAMES, drillNamesOf } from '../../../local/drill-names';
import { MARATHON } from '../../../local/drills/marathon';
import { anchorsOf, linksOf, namedCommands, namedPaths, wordsInDashes } from './read-docs';

const ROOT = join(__dirname, '../../..');
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');
const tracked = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], { cwd: ROOT, encoding: 'utf8' })
  .split('\n')
  .filter((file) => file !== '' && existsSync(join(ROOT, file)));
/** The changelog names what is gone, too. */
const pages = tracked.filter((file) => file.endsWith('.md') && file !== 'CHANGELOG.md');
/** Where product and tests send people: messages, comments, configuration. */
const sources = tracked.filter((file) => /\.(ts|mjs|cjs|yml|json)$/.test(file) && !/^(test|node_modules)\//.test(file));

/** Where promha's commands and options are said. */
const promhaCode = tracked
  .filter((file) => /^lib\/cli\/(main|commands\/\w+)\.ts$/.test(file))
  .map(read)
  .join('\n');

/** Names packages. */
const NOT_OF_THE_CODE = ['docs/dependencies.md'];

/** Keys of the control bucket that look like files here. */
const KEYS = ['config/current.json'];

/** A file, a folder, or with `*` at least one of them. */
function exists(path: string): boolean {
  const pattern = path.replace(/[.]/g, '\\.').replace(/[*]/g, '[^/]*');
  const match = new RegExp(`^${pattern}(/|$)`);
  return KEYS.includes(path) || tracked.some((file) => match.test(file));
}

test('there are pages to look at', () => {
  expect(pages.length).toBeGreaterThan(60);
  expect(pages).toEqual(expect.arrayContaining(['README.md', 'docs/how-it-works.md', 'exporters/duckdb/README.md']));
});

test('every relative link leads to a file, and to a heading in it', () => {
  const dead = pages.flatMap((page) =>
    linksOf(read(page)).flatMap(({ target, anchor }) => {
      const path = target === '' ? page : normalize(join(dirname(page), target));
      if (!exists(path)) return [`${page}: ${target}`];
      if (anchor === '' || !path.endsWith('.md')) return [];
      return anchorsOf(read(path)).includes(anchor) ? [] : [`${page}: ${target}#${anchor}`];
    }),
  );
  expect(dead).toEqual([]);
});

test('every file that a page names exists', () => {
  const missing = pages.flatMap((page) =>
    namedPaths(read(page)).flatMap((path) => (exists(path) ? [] : [`${page}: ${path}`])),
  );
  expect(missing).toEqual([]);
});

test('every page that code, messages or configuration send people to exists', () => {
  const missing = sources.flatMap((file) =>
    [...read(file).matchAll(/\bdocs\/[\w/-]+\.md\b/g)].flatMap(([path]) => (exists(path) ? [] : [`${file}: ${path}`])),
  );
  expect(missing).toEqual([]);
});

test('every npm script, promha command and drill that a page names exists', () => {
  const promha = [...promhaCode.matchAll(/\.command\('([a-z]+)/g)].map(([, name]) => name!);
  expect(promha).toEqual(expect.arrayContaining(['status', 'switchover', 'drill']));
  const wrong = pages.flatMap((page) =>
    namedCommands(read(page)).flatMap(({ command, name, argument }) => {
      const known =
        command === 'npm run'
          ? name in scripts &&
            (name !== 'drill' || argument === '' || argument === MARATHON || drillNamesOf(argument).length > 0)
          : promha.includes(name) && (name !== 'drill' || argument === '' || argument in DRILLS);
      return known ? [] : [`${page}: ${command} ${name} ${argument}`.trim()];
    }),
  );
  expect(wrong).toEqual([]);
});

test("every option of promha's commands is in docs/promha.md", () => {
  const options = [...promhaCode.matchAll(/[oO]ption\(\s*'(--[a-z]+)/g)].map(([, option]) => option!);
  expect(options).toEqual(expect.arrayContaining(['--reason', '--html', '--local', '--apply']));
  expect(options.filter((option) => !read('docs/promha.md').includes(option))).toEqual([]);
});

test('every event, check and drill in dashes that a page of ours names is in the code', () => {
  const code = tracked
    .filter((file) => /^(agent|lambdas|lib|local)\/.*\.(ts|sh|service)$/.test(file))
    .map(read)
    .join('\n');
  const entries = pages.map((page) => basename(page, '.md'));
  const known = (word: string): boolean => entries.includes(word) || new RegExp(`['"\`/]${word}['"\`/]`).test(code);
  const unknown = pages
    .filter((page) => /^docs\/(runbook\/|[\w-]+\.md$)/.test(page) && !NOT_OF_THE_CODE.includes(page))
    .flatMap((page) => wordsInDashes(read(page)).flatMap((word) => (known(word) ? [] : [`${page}: ${word}`])));
  expect(unknown).toEqual([]);
});

test('every setting of the policy that a page names exists', () => {
  const wrong = pages.flatMap((page) =>
    [...read(page).matchAll(/`policy((?:\.\w+)+)`/g)].flatMap(([whole, path]) => {
      const keys = path!.slice(1).split('.');
      const value = keys.reduce<unknown>(
        (at, key) => (at as Record<string, unknown> | undefined)?.[key],
        DEFAULT_POLICY,
      );
      return value === undefined ? [`${page}: ${whole}`] : [];
    }),
  );
  expect(wrong).toEqual([]);
});

test('every drill has a row in docs/drills.md', () => {
  const text = read('docs/drills.md');
  expect(DRILL_NAMES.filter((name) => !text.includes(`\`${name}\``))).toEqual([]);
});

test('every alarm of the runbook is in its index', () => {
  const text = read('docs/runbook.md');
  const entries = pages.filter((page) => page.startsWith('docs/runbook/'));
  expect(entries.length).toBeGreaterThan(30);
  expect(entries.filter((page) => !text.includes(`(${page.replace('docs/', '')})`))).toEqual([]);
});

test('decisions are numbered in one row, have their three parts, and are in the index', () => {
  const index = read('docs/decisions/README.md');
  const decisions = pages.filter((page) => /^docs\/decisions\/\d/.test(page)).sort();
  decisions.forEach((page, i) => {
    const number = String(i + 1).padStart(4, '0');
    expect(page).toMatch(new RegExp(`^docs/decisions/${number}-`));
    const text = read(page);
    expect(text).toMatch(new RegExp(`^# ${number} `));
    expect(text.match(/^## .*$/gm)!.slice(0, 3)).toEqual(['## Context', '## Decision', '## Consequences']);
    expect(index).toContain(`](${page.replace('docs/decisions/', '')})`);
  });
});

test('every dependency has its line in docs/dependencies.md, and no line is of one that is gone', () => {
  const { dependencies, devDependencies } = JSON.parse(read('package.json')) as Record<string, Record<string, string>>;
  const wanted = [...Object.keys(dependencies!), ...Object.keys(devDependencies!)];
  const rows = [...read('docs/dependencies.md').matchAll(/^\| ([^|]+) \|/gm)]
    .slice(1)
    .flatMap(([, cell]) => cell!.split(', '));
  expect(rows.filter((name) => name !== 'package' && !name.startsWith('---')).sort()).toEqual(wanted.sort());
});
