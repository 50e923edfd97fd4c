import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Generations } from '../../../../agent/rendering/generation';
import { SecretKeeper } from '../../../../agent/secrets/keeper';
import { SecretMemory } from '../../../../agent/secrets/memory';
import {
  referenceKey,
  SECRET_NEEDS,
  type SecretReference,
  type SecretValues,
} from '../../../../lib/contract/documents/secrets';
import type { Answered } from '../../../../lib/core/secrets/requests';

const A = { parameter: '/a' };
const B = { parameter: '/b' };
let root: string;
let answers: Record<string, Answered>;
let copy: SecretValues | null;
let unreadable: boolean;
let elapsed: number;
let reloads: string[];
let ready: boolean;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'promha-keeper-'));
  [answers, copy, unreadable, elapsed, reloads, ready] = [{}, null, false, 0, [], true];
});
afterEach(() => rmSync(root, { recursive: true }));

/** With a configuration that needs both, one of them within alertmanager.yml. */
async function keeper(): Promise<SecretKeeper> {
  const memory = join(root, 'memory');
  const generations = new Generations(join(root, 'config'), join(memory, 'generations'));
  const needs = SECRET_NEEDS.serialize({ version: 1, declared: { A, B }, texts: {}, filled: ['alertmanager.yml'] });
  const files = { 'prometheus.yml': 'a: 1\n', 'alertmanager.yml': 'b: "${B}"\n', 'secrets.json': needs };
  generations.activate(generations.write(files, 'hash'));
  const made = new SecretKeeper({
    generations,
    memory: new SecretMemory(memory, (id) => generations.directory(id)),
    copy: {
      read: async () => {
        if (unreadable) throw new Error('KMS is away');
        return copy;
      },
      write: async (values) => void (copy = values),
    },
    fetch: async (references: readonly SecretReference[]) =>
      new Map(references.map((one) => [referenceKey(one), answers[referenceKey(one)] ?? { because: 'away' }])),
    programs: [
      {
        name: 'alertmanager',
        concerns: (file) => file === 'alertmanager.yml',
        isRunning: () => true,
        isReady: async () => ready,
        restart: () => {},
        reload: async () => {
          reloads.push('alertmanager');
          return null;
        },
      },
    ],
    clock: { now: () => 1_000_000 + elapsed, elapsed: () => elapsed },
    log: () => undefined,
  });
  await made.prepareLive();
  return made;
}
const inMemory = (name: string): string => readFileSync(join(root, 'memory', 'files', name), 'utf8');
const live = (): string => readFileSync(join(root, 'config', 'live', 'alertmanager.yml'), 'utf8');
const has = (one: SecretReference, text: string): void => void (answers[referenceKey(one)] = { text });

test('what can be fetched is used and copied, though another one is missing', async () => {
  has(A, 'one');
  const one = await keeper();
  await one.round();
  expect([inMemory('A'), inMemory('B'), live()]).toEqual(['one', '', 'b: "secret-missing"\n']);
  expect(copy?.values).toEqual({ [referenceKey(A)]: 'one' });
  expect(one.status!.missing.map(({ name, usedBy }) => [name, usedBy])).toEqual([['B', ['b of alertmanager.yml']]]);
});

test('a copy that cannot be read is not replaced by less', async () => {
  const before = { version: 1, values: { [referenceKey(A)]: 'x', [referenceKey(B)]: 'y' }, fetchedAt: null } as const;
  [copy, unreadable] = [before, true];
  has(A, 'one');
  const one = await keeper();
  await one.round();
  expect(copy).toBe(before);
  has(B, 'two');
  elapsed += 30_000;
  await one.round();
  expect(copy.values).toEqual({ [referenceKey(A)]: 'one', [referenceKey(B)]: 'two' });
});

test('only a file in which a value has to stand is loaded again, when the program can take it', async () => {
  has(A, 'one');
  has(B, 'two');
  const one = await keeper();
  await one.round();
  has(A, 'new');
  elapsed += 30_000;
  await one.round();
  expect([inMemory('A'), reloads]).toEqual(['new', []]);
  has(B, 'newer');
  [elapsed, ready] = [elapsed + 30_000, false];
  await one.round();
  expect([live(), reloads]).toEqual(['b: "newer"\n', []]);
  ready = true;
  await one.round();
  expect(reloads).toEqual(['alertmanager']);
});

test('a boot without AWS takes the copy', async () => {
  copy = {
    version: 1,
    values: { [referenceKey(A)]: 'x', [referenceKey(B)]: 'y' },
    fetchedAt: '2026-11-28T00:00:00.000Z',
  };
  const one = await keeper();
  expect([inMemory('A'), live()]).toEqual(['x', 'b: "y"\n']);
  expect(one.status).toMatchObject({ missing: [], notRenewed: [{ name: 'A' }, { name: 'B' }] });
});
