import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import ts from 'typescript';

const ROOT = resolve(__dirname, '../..');
const ROOMS = ['agent', 'bin', 'exporters', 'lambdas', 'lib', 'local'];
/** The name by which Lambda calls every function. */
const ALLOWED = new Set(['handler']);

/** Names that a file declares and exports; what it only passes on is another file's. */
function declared(text: string): string[] {
  return ts.createSourceFile('x.ts', text, ts.ScriptTarget.ES2022).statements.flatMap((statement) => {
    const modifiers = ts.canHaveModifiers(statement) ? (ts.getModifiers(statement) ?? []) : [];
    if (!modifiers.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)) return [];
    const declarations = ts.isVariableStatement(statement) ? [...statement.declarationList.declarations] : [statement];
    return declarations.flatMap((one) => {
      const name = (one as { name?: ts.Node }).name;
      return name !== undefined && ts.isIdentifier(name) ? [name.text] : [];
    });
  });
}

/** Names that more than one file declares, each with these files. */
function homonyms(files: readonly (readonly [path: string, text: string])[]): string[] {
  const at = new Map<string, Set<string>>();
  for (const [path, text] of files)
    for (const name of declared(text)) at.set(name, (at.get(name) ?? new Set()).add(path));
  return [...at]
    .filter(([name, paths]) => paths.size > 1 && !ALLOWED.has(name))
    .map(([name, paths]) => `${name}: ${[...paths].join(', ')}`)
    .sort();
}

test('an exported name means one thing', () => {
  const files = ROOMS.flatMap((room) =>
    readdirSync(join(ROOT, room), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((path) => !path.includes('node_modules')),
  );
  expect(files.length).toBeGreaterThan(100);
  expect(homonyms(files.map((path) => [relative(ROOT, path), readFileSync(path, 'utf8')]))).toEqual([]);
});

test('a type and a function of one name are found; passing a name on is not declaring it', () => {
  const files = [
    ['a.ts', 'export interface Pace {}\nexport const handler = 1;'],
    ['b.ts', 'export function Pace() {}\nexport const handler = 2;'],
    ['c.ts', "export { Pace } from './a';\nconst Pace2 = 1;"],
  ] as const;
  expect(homonyms(files)).toEqual(['Pace: a.ts, b.ts']);
});
