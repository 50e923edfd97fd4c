import {
  chownSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { giveAll, giveTop } from '../../../../agent/boot/owners';
import { SecretMemory } from '../../../../agent/secrets/memory';
import { readersIn } from '../../../../agent/secrets/readers';
import { NODE_USERS } from '../../../../lib/contract/node-users';

const PROMETHEUS = NODE_USERS.prometheus.id;
const ALERTMANAGER = NODE_USERS.alertmanager.id;
let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'promha-owners-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const of = (path: string): readonly [uid: number, gid: number, mode: string] => {
  const { uid, gid, mode } = lstatSync(join(dir, path));
  return [uid, gid, (mode & 0o777).toString(8)];
};
/** Changing owners is root's. */
const asRoot = process.getuid!() === 0 ? test : test.skip;

asRoot("what is root's in a directory is given away, what is another's stays, and no link is followed", async () => {
  mkdirSync(join(dir, 'tsdb', 'block'), { recursive: true });
  for (const name of ['tsdb/block/index', 'tsdb/shipper', 'outside'])
    writeFileSync(join(dir, name), '', { mode: 0o640 });
  chownSync(join(dir, 'tsdb/shipper'), NODE_USERS.sidecar.id, NODE_USERS.sidecar.id);
  symlinkSync(join(dir, 'outside'), join(dir, 'tsdb/link'));
  await giveAll(join(dir, 'tsdb'), 'prometheus');
  expect(of('tsdb')).toEqual([PROMETHEUS, PROMETHEUS, '770']);
  expect(of('tsdb/block/index')).toEqual([PROMETHEUS, PROMETHEUS, '660']);
  expect(of('tsdb/shipper')).toEqual([NODE_USERS.sidecar.id, NODE_USERS.sidecar.id, '640']);
  expect([of('outside'), of('tsdb/link')[0]]).toEqual([[0, 0, '640'], 0]);
});

asRoot('the top of a directory is given once', () => {
  mkdirSync(join(dir, 'a'));
  giveTop(join(dir, 'a'), 'alertmanager');
  expect(of('a')).toEqual([ALERTMANAGER, ALERTMANAGER, '770']);
  const { ctimeMs } = statSync(join(dir, 'a'));
  giveTop(join(dir, 'a'), 'alertmanager');
  expect(statSync(join(dir, 'a')).ctimeMs).toBe(ctimeMs);
});

asRoot('a file with a secret is for the programs alone whose configuration names it', () => {
  const texts: Record<string, string> = {};
  const generations = { all: ['old', 'new'], textOf: (id: string, file: string) => texts[`${id}/${file}`] ?? null };
  const memory = new SecretMemory(join(dir, 'secrets'), () => dir, readersIn(generations));
  const path = (name: string): string => join(dir, 'secrets', 'files', name);
  texts['new/prometheus.yml'] = `password_file: ${path('scrape')}\nother: ${path('both')}\n`;
  texts['old/alertmanager.yml'] = `api_key_file: ${path('both')}\n`;
  texts['new/alertmanager.yml'] = `api_key_file: ${path('page')}\n`;
  const reference = { parameter: '/x' };
  const declared = { scrape: reference, both: reference, page: reference, nobody: reference };
  const needs = { version: 1 as const, declared, texts: {}, filled: ['alertmanager.yml', 'prometheus.yml'] };
  memory.lay('new', needs, (name) => `value of ${name}`);
  memory.keep({ version: 1, values: {}, fetchedAt: null });
  expect(of('secrets/files/scrape')).toEqual([PROMETHEUS, 0, '440']);
  expect(of('secrets/files/page')).toEqual([0, ALERTMANAGER, '440']);
  expect(of('secrets/files/both')).toEqual([PROMETHEUS, ALERTMANAGER, '440']);
  expect(of('secrets/files/nobody')).toEqual([0, 0, '440']);
  expect(of('secrets/generations/new/prometheus.yml')).toEqual([PROMETHEUS, 0, '440']);
  expect(of('secrets/generations/new/alertmanager.yml')).toEqual([0, ALERTMANAGER, '440']);
  expect(of('secrets/values.json')).toEqual([0, 0, '600']);
  expect([of('secrets')[2], of('secrets/files')[2]]).toEqual(['711', '711']);
  // One more names it: the same text gets other readers.
  texts['new/alertmanager.yml'] += `other: ${path('scrape')}\n`;
  expect(memory.lay('new', needs, (name) => `value of ${name}`)).toEqual([]);
  expect(of('secrets/files/scrape')).toEqual([PROMETHEUS, ALERTMANAGER, '440']);
  expect(readFileSync(path('scrape'), 'utf8')).toBe('value of scrape');
});
