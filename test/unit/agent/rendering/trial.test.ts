import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Configurer } from '../../../../agent/rendering/configurer';
import { Generations } from '../../../../agent/rendering/generation';
import { ConfigTrial } from '../../../../agent/rendering/trial';
import type { ConfigBundle, ConfigPointer } from '../../../../lib/contract/documents/config';
import type { ScrapeProfile } from '../../../../lib/contract/profile';

let root: string;
let pointer: ConfigPointer;
let bytes: Uint8Array;
let reloads: string[];
let restarts: string[];
let answers: (string | null)[];
let ready: boolean;
let elapsed: number;
let profile: ScrapeProfile;
let exits: number;
let trialMs: number;
let wellMs: number;
let mayLoad: boolean;
let asked: [string, boolean][];

const publish = (rules: string): string => {
  const bundle: ConfigBundle = {
    version: 1,
    global: { scrapeInterval: '1s', evaluationInterval: '1s' },
    externalLabels: {},
    rules: { 'a.yml': rules },
    targets: {},
    alertmanager: 'am',
  };
  bytes = new TextEncoder().encode(JSON.stringify(bundle));
  const hash = createHash('sha256').update(bytes).digest('hex');
  pointer = { version: 1, bucket: 'b', key: 'k', hash };
  return hash;
};

const configurer = (): Configurer =>
  new Configurer({
    store: { readConfigPointer: async () => ({ pointer, etag: '1' }), readBytes: async () => bytes },
    generations: new Generations(join(root, 'config'), join(root, 'memory')),
    secrets: { lacks: async () => [], prepare: async () => {} },
    profile: () => profile,
    shardCounts: () => [1],
    render: (b, variant) => ({ 'prometheus.yml': variant.profile, 'rules/a.yml': b.rules['a.yml']! }),
    check: async () => null,
    programs: [
      {
        name: 'prometheus',
        concerns: () => true,
        isRunning: () => true,
        isReady: async () => ready,
        restart: () => void restarts.push('prometheus'),
        reload: async () => {
          reloads.push('prometheus');
          return answers.shift() ?? null;
        },
      },
    ],
    // Each round reads the pointer.
    elapsed: () => (elapsed += 20_000),
    mayLoad: async (key, onTrial) => {
      asked.push([key, onTrial]);
      return mayLoad;
    },
    trial: new ConfigTrial({
      file: join(root, 'trial.json'),
      wellMs,
      exits: () => exits,
      primed: () => true,
      needed: () => false,
      prometheus: { ruleGroups: async () => [] },
      elapsed: () => trialMs,
      log: () => {},
    }),
    log: () => {},
  });
const live = (file: string): string => readFileSync(join(root, 'config', 'live', file), 'utf8');

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'promha-trial-'));
  [reloads, restarts, answers, ready, profile] = [[], [], [], true, 'normal'];
  [elapsed, exits, trialMs, wellMs, mayLoad, asked] = [0, 0, 0, 60_000, true, []];
});
afterEach(() => rmSync(root, { recursive: true }));

describe('a new one is on trial', () => {
  let first: string;
  let c: Configurer;
  const at = (ms: number) => {
    trialMs = ms;
    return c.round();
  };
  beforeEach(async () => {
    first = publish('one');
    c = configurer();
    await at(0);
    reloads = [];
  });

  test('who boots in the middle begins with what is known to be good, and then tries', async () => {
    rmSync(join(root, 'config'), { recursive: true });
    const old = { ...pointer, bytes };
    const hash = publish('two');
    const next = bytes;
    pointer = { ...pointer, lastGood: { bucket: 'b', key: 'k', hash: old.hash } };
    c = configurer();
    bytes = old.bytes;
    await at(0);
    expect([live('rules/a.yml'), c.hash, c.well]).toEqual(['one', first, true]);
    bytes = next;
    await at(3_000);
    expect([live('rules/a.yml'), c.hash, c.well]).toEqual(['two', hash, false]);
  });

  test('the first is not: there is nothing to go back to', () => expect([c.well, c.doing]).toEqual([true, null]));

  test('and is well when it was for long enough', async () => {
    const hash = publish('two');
    await at(0);
    for (const ms of [3_000, 30_000]) {
      await at(ms);
      expect(c.well).toBe(false);
    }
    expect(c.doing).toBe(`it tries configuration ${hash.slice(0, 8)}, and has been well with it for 27 of 60 s`);
    await at(63_000);
    expect([c.well, c.doing, c.hash, c.refused]).toEqual([true, null, hash, null]);
  });

  test('what makes programs end again and again gives way to what ran before, and stays away', async () => {
    const bad = publish('two');
    await at(0);
    exits = 2;
    await at(3_000);
    const because = 'programs ended 2 times with it';
    expect([live('rules/a.yml'), c.hash, c.error, c.refused]).toEqual(['one', first, because, { hash: bad, because }]);
    expect(reloads).toEqual(['prometheus', 'prometheus']);
    await at(6_000);
    c = configurer();
    await at(9_000);
    expect([live('rules/a.yml'), c.well, c.error, c.refused]).toEqual(['one', true, because, { hash: bad, because }]);
    publish('three');
    await at(12_000);
    expect([live('rules/a.yml'), c.error, c.refused]).toEqual(['three', null, null]);
  });

  test('what replaces one on trial leads back to what was well', async () => {
    publish('two');
    await at(0);
    publish('three');
    await at(3_000);
    exits = 2;
    await at(6_000);
    expect([live('rules/a.yml'), c.hash]).toEqual(['one', first]);
  });

  test('also when the agent, or the machine, ended in the middle of it', async () => {
    publish('two');
    await at(0);
    c = configurer();
    exits = 2;
    await at(3_000);
    expect([live('rules/a.yml'), c.hash]).toEqual(['one', first]);
  });

  test('what was deployed once more is tried once more', async () => {
    const bad = publish('two');
    await at(0);
    exits = 2;
    await at(3_000);
    pointer = { ...pointer, generation: 7 };
    await at(6_000);
    expect([c.hash, c.error, c.refused]).toEqual([bad, null, null]);
  });

  test('also what a tool or a reload rejected', async () => {
    const bad = publish('two');
    answers = ['rejected'];
    await at(0);
    expect([c.hash, c.refused?.hash]).toEqual([first, bad]);
    pointer = { ...pointer, generation: 7 };
    await at(3_000);
    expect([c.hash, c.error, c.refused]).toEqual([bad, null, null]);
  });

  test('what hangs with it is started anew; what is being started reads what ran before', async () => {
    publish('two');
    await at(0);
    // The reload back does not take, and nothing has ended: it hangs.
    answers = ['no successful reload'];
    await at(3_000);
    [ready, answers] = [false, ['no successful reload']];
    jest.spyOn(ConfigTrial.prototype, 'round').mockResolvedValueOnce('it was not well');
    await at(4_000);
    expect(restarts).toEqual(['prometheus']);
  });

  test('another profile meanwhile is the same one, and the way back stays', async () => {
    publish('two');
    await at(0);
    profile = 'reduced';
    await at(3_000);
    expect(c.well).toBe(false);
    exits = 2;
    await at(6_000);
    // Back, and what the assignment asks for follows.
    expect([live('rules/a.yml'), c.hash]).toEqual(['one', first]);
  });

  test('whose turn it is knows whether it is known to be good', async () => {
    mayLoad = false;
    asked = [];
    const hash = publish('two');
    await at(0);
    pointer = { ...pointer!, goodAt: 1 };
    await at(3_000);
    expect(asked).toEqual([
      [hash, true],
      [hash, false],
    ]);
    pointer = { ...pointer, goodAt: undefined };
    wellMs = 0;
    c = configurer();
    await c.round();
    expect(asked.at(-1)).toEqual([hash, false]);
  });

  test('who waits for a standby says so', async () => {
    mayLoad = false;
    const hash = publish('two');
    await at(0);
    expect(c.doing).toBe(`it waits until a standby has been well with configuration ${hash.slice(0, 8)}`);
  });

  test('what another node refuses is taken back', async () => {
    const [before, old] = [bytes, pointer!];
    publish('two');
    await at(0);
    bytes = before;
    const { bucket, key, hash } = old;
    pointer = {
      ...pointer!,
      lastGood: { bucket, key, hash },
      refused: { by: 'node-9', because: 'it died', at: 1 },
    };
    await at(70_000);
    expect([live('rules/a.yml'), c.error, c.refused]).toEqual(['one', 'node-9 refuses it: it died', null]);
    // What is known to be good is not on trial: from there no way leads back to what is not.
    expect(c.well).toBe(true);
  });
});
