import { rmSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { parse } from 'yaml';
import type { ClusterConfig } from '../../lib/infra/config/cluster';
import { loadConfiguration } from '../../lib/infra/config/load';
import { parseOverlay } from '../../lib/infra/config/overlay/overlay';
import { MEASURED } from '../../local/run/deploy/load-limit';
import { CONTAINED, localOverlay } from '../../local/run/deploy/overlay';
import { ROOT } from '../fixtures/config-dir';
import { soundEdit, WRONG_EDITS } from '../fixtures/config-edits';
import { FULL } from '../fixtures/full';
import { ConfigFixture } from '../fixtures/config-fixture';
import base from '../fixtures/config/cluster';
import { assemble } from './synthesize';
import { TEMPLATE_RULES } from './template-rules';

let fixture: ConfigFixture;
beforeEach(() => (fixture = new ConfigFixture()));
afterEach(() => fixture.remove());

/** As a user has it: a file. Each is another one, for a module is loaded once. */
let files = 0;
function write(config: object): string {
  const file = `cluster-${(files += 1)}.ts`;
  const types = JSON.stringify(join(ROOT, 'lib/infra/config/cluster'));
  fixture.write(
    file,
    `import { defineCluster } from ${types};\n\nexport default defineCluster(${JSON.stringify(config, null, 2)});\n`,
  );
  return fixture.path(file);
}

/** Host of everything that is scraped or notified. */
function reached(bundle: { targets: Readonly<Record<string, string>>; alertmanager: string }): Set<string> {
  const targets = Object.values(bundle.targets).flatMap((text) =>
    (parse(text) as { targets: string[] }[]).flatMap((g) => g.targets.map((t) => t.slice(0, t.lastIndexOf(':')))),
  );
  const urls = bundle.alertmanager.match(/https?:\/\/[^\s"']+/g) ?? [];
  return new Set([...targets, ...urls.map((url) => new URL(url).hostname)]);
}

const SEED = 20_261_127;
/** The first ones of the same row; each is a synth or two. */
const EDITS = fc.sample(soundEdit, { seed: SEED, numRuns: 30 }).slice(0, FULL ? 30 : 10);

test.each(EDITS.map((edit, i) => [i + 1, edit] as const))(
  'edit %i of config/cluster.ts: its templates keep every rule, and the local run can be made of it',
  (i, edit: ClusterConfig) => {
    const file = write(edit);
    const { cluster, bundle } = loadConfiguration(file, fixture.dir);
    const made = assemble(cluster, bundle);
    try {
      for (const { says, check } of TEMPLATE_RULES) {
        try {
          check(made, cluster);
        } catch (error) {
          throw new Error(`${says}: ${(error as Error).message}\nof ${JSON.stringify(edit)}`, { cause: error });
        }
      }
    } finally {
      rmSync(made.dir, { recursive: true });
    }
    for (const thanos of [true, false]) {
      const situation = { hostAddress: '127.77.0.1', volumes: thanos, thanos, reach: CONTAINED, scraped: MEASURED };
      const local = loadConfiguration(file, fixture.dir, parseOverlay(localOverlay(situation), 'overlay'));
      expect({ ...local.cluster, name: edit.name, region: edit.region }).toMatchObject({
        name: local.cluster.name,
        region: local.cluster.region,
        snapshots: thanos,
        scrapeInterval: '1s',
        network: { kind: 'new' },
      });
      expect(local.cluster.account).toBeUndefined();
      const hosts = [...reached(local.bundle), ...local.cluster.remedies.map(({ connect }) => JSON.stringify(connect))];
      expect(hosts.filter((host) => !host.includes('127.'))).toEqual([]);
      // Every few: a synth takes its time.
      if (i % 10 !== 0) continue;
      const played = assemble(local.cluster, local.bundle);
      for (const { check } of TEMPLATE_RULES) check(played, local.cluster);
      rmSync(played.dir, { recursive: true });
    }
  },
  120_000,
);

test.each(WRONG_EDITS)('%s is refused, with its line', (_, edit) => {
  const file = write({ ...base, ...edit });
  let problems: readonly { readonly problem: { readonly where?: string } }[] = [];
  try {
    loadConfiguration(file, fixture.dir);
  } catch (error) {
    ({ problems } = error as { problems: typeof problems });
  }
  expect(problems.length).toBeGreaterThan(0);
  for (const { problem } of problems) expect(problem.where).toMatch(/cluster-\d+\.ts:\d+:\d+$/);
});
