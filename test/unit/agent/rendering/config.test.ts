import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Configurer, type Reloadable } from '../../../../agent/rendering/configurer';
import { isAlertmanagers } from '../../../../agent/rendering/programs';
import { ConfigTrial } from '../../../../agent/rendering/trial';
import { Generations } from '../../../../agent/rendering/generation';
import { variantKey } from '../../../../agent/rendering/variant';
import type { ConfigBundle, ConfigPointer } from '../../../../lib/contract/documents/config';
import type { ScrapeProfile } from '../../../../lib/contract/profile';

describe('following the configuration pointer', () => {
  let root: string;
  let pointer: ConfigPointer | null;
  let bytes: Uint8Array;
  let complaint: string | null;
  let reloads: string[];
  let lacking: string[];
  let answers: (string | null)[];
  let ready: boolean;
  let elapsed: number;
  let roundsMs: number;
  let reads: number;
  let profile: ScrapeProfile;
  let shardCounts: readonly number[];
  let kept: string;
  let wellMs: number;

  const publish = (rules: string, alertmanager = 'am', template = 'x'): string => {
    const bundle: ConfigBundle = {
      version: 1,
      global: { scrapeInterval: '1s', evaluationInterval: '1s' },
      externalLabels: {},
      rules: { 'a.yml': rules },
      targets: {},
      alertmanager,
      templates: { 'a.tmpl': template },
    };
    bytes = new TextEncoder().encode(JSON.stringify(bundle));
    const hash = createHash('sha256').update(bytes).digest('hex');
    pointer = { version: 1, bucket: 'b', key: 'k', hash };
    return hash;
  };
  const program = (name: string, concerns: (file: string) => boolean): Reloadable => ({
    name,
    concerns,
    isRunning: () => true,
    isReady: async () => ready,
    restart: () => {},
    reload: async () => {
      reloads.push(name);
      return answers.shift() ?? null;
    },
  });
  const configurer = (): Configurer =>
    new Configurer({
      store: {
        readConfigPointer: async () => pointer && { pointer, etag: '1' },
        readBytes: async () => {
          reads += 1;
          return bytes;
        },
      },
      generations: new Generations(root, join(root, 'memory')),
      secrets: { lacks: async () => lacking, prepare: async () => {} },
      profile: () => profile,
      shardCounts: () => shardCounts,
      render: (b, variant) => ({
        'prometheus.yml': variantKey({ ...variant, profile: 'normal', hash: variant.profile }),
        'alertmanager.yml': b.alertmanager,
        'rules/a.yml': b.rules['a.yml']!,
        'templates/a.tmpl': b.templates!['a.tmpl']!,
      }),
      check: async () => complaint,
      programs: [program('prometheus', (file) => !isAlertmanagers(file)), program('alertmanager', isAlertmanagers)],
      elapsed: () => (elapsed += roundsMs),
      mayLoad: async () => true,
      trial: new ConfigTrial({
        file: join(kept, 'trial.json'),
        wellMs,
        exits: () => 0,
        primed: () => true,
        needed: () => false,
        prometheus: { ruleGroups: async () => [] },
        elapsed: () => 0,
        log: () => {},
      }),
      log: () => {},
    });
  const live = (file: string): string => readFileSync(join(root, 'live', file), 'utf8');

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'promha-config-'));
    [pointer, complaint, reloads, answers, ready, reads] = [null, null, [], [], true, 0];
    kept = mkdtempSync(join(tmpdir(), 'promha-trial-'));
    wellMs = 60_000;
    lacking = [];
    profile = 'normal';
    shardCounts = [1];
    [elapsed, roundsMs] = [0, 20_000];
  });

  test('another share of the targets is another configuration, and is known after a restart', async () => {
    publish('r');
    await configurer().round();
    shardCounts = [2, 3];
    const c = configurer();
    await c.round();
    expect([live('prometheus.yml'), c.shardCounts]).toEqual(['normal@2,3', [2, 3]]);
    expect(configurer().shardCounts).toEqual([2, 3]);
  });
  afterEach(() => [root, kept].forEach((dir) => rmSync(dir, { recursive: true })));

  it('reads the pointer now and then, and looks at the profile each time', async () => {
    roundsMs = 3_000;
    const c = configurer();
    publish('one');
    await c.round();
    profile = 'reduced';
    await c.round();
    expect([live('rules/a.yml'), live('prometheus.yml')]).toEqual(['one', 'reduced']);
    publish('two');
    await c.round();
    expect(live('rules/a.yml')).toBe('one');
    for (let i = 0; i < 2; i++) await c.round();
    expect(live('rules/a.yml')).toBe('two');
  });

  it.each([
    ['rules', { '../../../evil.yml': 'x' }],
    ['rules', { '..': 'x' }],
    ['templates', { 'a/../../../evil': 'x' }],
    ['files', { '../evil': 'x' }],
    ['files', { 'a/../../evil': 'x' }],
    ['files', { '/evil': 'x' }],
    ['targets', { '../evil': 'x' }],
  ])('a bundle whose %s would lie elsewhere is rejected, and writes nothing: %j', async (part, names) => {
    publish('r');
    bytes = new TextEncoder().encode(JSON.stringify({ ...JSON.parse(new TextDecoder().decode(bytes)), [part]: names }));
    pointer = { ...pointer!, hash: createHash('sha256').update(bytes).digest('hex') };
    const c = configurer();
    await c.round();
    expect(c.error).toMatch(/configuration bundle's .* is unusable/);
    expect(readdirSync(root, { recursive: true })).toEqual(['generations']);
  });

  it.each(['../../x', '..', '/x/../../../y', 'a/../../x'])('and a file named %s is written nowhere', (name) => {
    const generations = new Generations(root, join(root, 'memory'));
    expect(() => generations.write({ 'prometheus.yml': 'p', [name]: 'x' }, 'h')).toThrow('is no name of a file');
    expect(readdirSync(root, { recursive: true })).toEqual(['generations']);
  });

  it('waits until there is a pointer', async () => {
    await configurer().round();
    expect(existsSync(join(root, 'live'))).toBe(false);
  });

  it('loads what it points to, and the same thing twice changes nothing', async () => {
    const c = configurer();
    const hash = publish('one');
    await c.round();
    await c.round();
    expect([live('rules/a.yml'), c.hash, c.error, reads]).toEqual(['one', hash, null, 1]);
    // A restarted agent knows what is loaded.
    expect(configurer().hash).toBe(hash);
  });

  it('follows the scrape profile as it follows the pointer, by one reload, and knows it after a restart', async () => {
    const c = configurer();
    const hash = publish('one');
    await c.round();
    profile = 'reduced';
    reloads.length = 0;
    await c.round();
    await c.round();
    expect([live('prometheus.yml'), c.hash, c.profile, reloads]).toEqual(['reduced', hash, 'reduced', ['prometheus']]);
    const again = configurer();
    expect([again.hash, again.profile]).toEqual([hash, 'reduced']);
    await again.round();
    profile = 'normal';
    await again.round();
    expect([live('prometheus.yml'), again.profile, reloads.length]).toEqual(['normal', 'normal', 2]);
  });

  it('reloads only the program whose files changed', async () => {
    const c = configurer();
    publish('one');
    await c.round();
    reloads = [];
    publish('one', 'another');
    await c.round();
    expect(reloads).toEqual(['alertmanager']);
    publish('one', 'another', 'y');
    await c.round();
    expect(reloads).toEqual(['alertmanager', 'alertmanager']);
    publish('two', 'another', 'y');
    await c.round();
    expect(reloads).toEqual(['alertmanager', 'alertmanager', 'prometheus']);
  });

  it('keeps the old one when the check complains, and does not try again until the pointer changes', async () => {
    const c = configurer();
    const first = publish('one');
    await c.round();
    reloads = [];
    publish('bad');
    complaint = 'promtool: no';
    await c.round();
    await c.round();
    expect([live('rules/a.yml'), c.hash, c.error, reloads, reads]).toEqual(['one', first, 'promtool: no', [], 2]);
    complaint = null;
    publish('good');
    await c.round();
    expect([live('rules/a.yml'), c.error]).toEqual(['good', null]);
  });

  it('goes back when the reload does not take', async () => {
    const c = configurer();
    const first = publish('one');
    await c.round();
    [reloads, answers] = [[], ['rejected']];
    publish('two');
    await c.round();
    expect([live('rules/a.yml'), c.hash, c.error]).toEqual(['one', first, 'prometheus: rejected']);
    expect(reloads).toEqual(['prometheus', 'prometheus']);
  });

  it('refuses bytes of another sum', async () => {
    const c = configurer();
    publish('one');
    bytes = new TextEncoder().encode('{}');
    await c.round();
    expect(c.error).toMatch(/s3:\/\/b\/k has SHA-256 .* expected/);
    expect(existsSync(join(root, 'live'))).toBe(false);
  });

  it('touches nothing while a program is not ready, and loads once it is', async () => {
    const c = configurer();
    publish('one');
    await c.round();
    publish('two');
    ready = false;
    await expect(c.round()).rejects.toThrow('prometheus is not ready');
    expect(live('rules/a.yml')).toBe('one');
    ready = true;
    await c.round();
    expect(live('rules/a.yml')).toBe('two');
  });

  it('does not collect generations', async () => {
    wellMs = 0;
    const c = configurer();
    for (const rules of ['one', 'two', 'three', 'four']) {
      publish(rules);
      await c.round();
    }
    expect(readdirSync(join(root, 'generations'))).toHaveLength(2);
  });
});
