import { consecutiveFailures, score } from '../../../../local/mutate/score';

const mutant = (status: string, line = 1): unknown => ({
  id: '1',
  status,
  mutatorName: 'BooleanLiteral',
  replacement: 'false',
  location: { start: { line, column: 1 }, end: { line, column: 5 } },
});
const many = (status: string, count: number): unknown[] => Array.from({ length: count }, () => mutant(status));
const report = (files: Record<string, unknown[]>): unknown => ({
  schemaVersion: '2',
  files: Object.fromEntries(
    Object.entries(files).map(([file, mutants]) => [file, { language: 'typescript', mutants }]),
  ),
});

it('counts by folder and over all, and each has its target', () => {
  const { scores } = score(
    report({
      'lib/core/failover/role.ts': [...many('Killed', 94), ...many('Survived', 6)],
      'lib/core/tsdb/judge.ts': [...many('Killed', 90), ...many('Survived', 10)],
    }),
  );
  expect(scores).toEqual([
    { folder: 'failover', mutants: 100, caught: 94, percent: 94, target: 95 },
    { folder: 'tsdb', mutants: 100, caught: 90, percent: 90, target: 85 },
    { folder: 'all', mutants: 200, caught: 184, percent: 92, target: 85 },
  ]);
  expect(consecutiveFailures(scores).map((s) => s.folder)).toEqual(['failover']);
});

it.each(['Survived', 'NoCoverage', 'Timeout'])('%s is not caught, and is named', (status) => {
  const { scores, survivors } = score(report({ 'lib/core/load/shed.ts': [mutant('Killed'), mutant(status, 7)] }));
  expect(scores.find((s) => s.folder === 'load')).toMatchObject({ mutants: 2, caught: 1, percent: 50 });
  expect(survivors).toEqual([
    { file: 'lib/core/load/shed.ts', line: 7, mutation: 'BooleanLiteral: false', how: status },
  ]);
});

it('what does not compile was never a mutant', () => {
  const { scores } = score(report({ 'lib/core/load/shed.ts': [mutant('Killed'), mutant('CompileError')] }));
  expect(scores.find((s) => s.folder === 'all')).toMatchObject({ mutants: 1, percent: 100 });
});

it('a report of another shape is refused', () => expect(() => score({ files: { a: {} } })).toThrow(/mutants/));
