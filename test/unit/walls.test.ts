import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';

const ROOT = join(__dirname, '../..');

/** [rule, file, what it imports]: each is planted in a project of its own that has nothing else wrong. */
const PLANTED: readonly (readonly [string, string, string])[] = [
  ['contract', 'lib/contract/a.ts', 'lib/core/failover/x'],
  ['contract', 'lib/contract/b.ts', 'yaml'],
  ['core-is-pure', 'lib/core/failover/a.ts', 'node:fs'],
  ['core-packages', 'lib/core/failover/b.ts', 'lib/shell/aws/x'],
  ['core-packages', 'lib/core/failover/c.ts', '@aws-sdk/client-s3'],
  ['core-rooms', 'lib/core/failover/d.ts', 'lib/core/tsdb/x'],
  ['core-alerts', 'lib/core/alerts/a.ts', 'lib/core/rendering/x'],
  ['shell', 'lib/shell/aws/a.ts', 'agent/base/x'],
  ['shell', 'lib/shell/aws/b.ts', 'lib/infra/config/x'],
  ['lambdas', 'lambdas/one/a.ts', 'lambdas/two/x'],
  ['lambdas', 'lambdas/one/b.ts', 'agent/base/x'],
  ['agent', 'agent/base/a.ts', 'lambdas/two/x'],
  ['agent', 'agent/base/b.ts', 'lib/infra/config/x'],
  ['no-cdk-in-aws', 'agent/base/c.ts', 'aws-cdk-lib'],
  ['no-cdk-in-aws', 'lambdas/one/c.ts', 'aws-cdk-lib/aws-s3'],
  ['infra', 'lib/infra/config/a.ts', 'lib/shell/aws/x'],
  ['infra-rooms', 'lib/infra/constructs/a.ts', 'lib/infra/stacks/x'],
  ['infra-config', 'lib/infra/config/b.ts', 'lib/infra/constructs/x'],
  ['cli', 'lib/cli/a.ts', 'agent/base/x'],
  ['exporters', 'exporters/one/a.ts', 'lib/contract/x'],
  ['local-stays-here', 'lib/infra/constructs/b.ts', 'local/run/x'],
  ['local-rooms', 'local/run/a.ts', 'local/drills/x'],
  ['local-tools', 'local/tools/a.ts', 'local/run/x'],
  ['not-to-test', 'lib/shell/aws/c.ts', 'test/x'],
];

/** What may be imported: planted beside the violations, and no rule may name it. */
const ALLOWED: readonly (readonly [string, string])[] = [
  ['agent/base/d.ts', 'lib/shell/aws/x'],
  ['agent/base/e.ts', 'agent/rendering/x'],
  ['lambdas/one/d.ts', 'lambdas/shared/x'],
  ['lib/core/status/a.ts', 'lib/core/tsdb/x'],
  ['lib/core/failover/e.ts', 'lib/contract/x'],
  ['lib/infra/stacks/a.ts', 'lib/infra/constructs/x'],
  ['local/drills/a.ts', 'lib/shell/aws/x'],
];

interface Violation {
  readonly rule: { readonly name: string };
  readonly from: string;
}

let violations: readonly Violation[];
const dir = mkdtempSync(join(tmpdir(), 'walls-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function write(file: string, text: string): void {
  mkdirSync(dirname(join(dir, file)), { recursive: true });
  writeFileSync(join(dir, file), text);
}

function plant(file: string, target: string): void {
  const inside = /^(agent|exporters|lambdas|lib|local|test)\//.test(target);
  if (inside) write(`${target}.ts`, 'export type T = string;\n');
  const path = inside ? relative(dirname(file), target).replace(/^(?!\.)/, './') : target;
  write(file, `import type * as it from '${path}';\nexport type X = typeof it;\n`);
}

beforeAll(() => {
  for (const [, file, target] of PLANTED) plant(file, target);
  for (const [file, target] of ALLOWED) plant(file, target);
  // Two that need each other, as types only.
  write('lib/shell/aws/p.ts', "import type { Q } from './q';\nexport type P = Q | null;\n");
  write('lib/shell/aws/q.ts', "import type { P } from './p';\nexport type Q = P | null;\n");
  for (const file of ['.dependency-cruiser.cjs', 'tsconfig.json']) copyFileSync(join(ROOT, file), join(dir, file));
  symlinkSync(join(ROOT, 'node_modules'), join(dir, 'node_modules'));
  const depcruise = join(ROOT, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const args = [depcruise, 'agent', 'exporters', 'lambdas', 'lib', 'local', '--output-type', 'json'];
  const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: dir, encoding: 'utf8' });
  if (stdout === '') throw new Error(stderr);
  violations = (JSON.parse(stdout) as { summary: { violations: Violation[] } }).summary.violations;
});

const rulesOf = (file: string): string[] => violations.filter((v) => v.from === file).map((v) => v.rule.name);

it.each(PLANTED)('%s: %s may not import %s', (rule, file) => expect(rulesOf(file)).toContain(rule));

it.each(ALLOWED)('%s may import %s', (file) => expect(rulesOf(file)).toEqual([]));

it('a cycle of types is a cycle', () => expect(rulesOf('lib/shell/aws/p.ts')).toContain('no-cycle'));
