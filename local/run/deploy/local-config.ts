import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { WORKLOAD_HOSTS } from '../workload';

const PROJECT = join(__dirname, '../../..');

/**
 * The user's configuration for a local run: config/ as it is, but the demo workload's host names become the address
 * it has here, and the drills' rules are added. cluster.ts too: the app prefers one beside the other files. Returns the directory to deploy with `-c configDir=…`.
 */
export function localConfig(dir: string, hostAddress: string, volumes = false): string {
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(dir, { recursive: true });
  cpSync(join(PROJECT, 'config', 'rules'), join(dir, 'rules'), { recursive: true });
  cpSync(join(PROJECT, 'local', 'demo', 'rules'), join(dir, 'rules'), { recursive: true });
  mkdirSync(join(dir, 'targets'));
  const localize = (from: string, to: string): void => {
    let text = readFileSync(from, 'utf8');
    for (const host of WORKLOAD_HOSTS) text = text.replaceAll(host, hostAddress);
    writeFileSync(to, text);
  };
  for (const file of readdirSync(join(PROJECT, 'config', 'targets'))) {
    localize(join(PROJECT, 'config', 'targets', file), join(dir, 'targets', file));
  }
  localize(join(PROJECT, 'config', 'alertmanager.yml'), join(dir, 'alertmanager.yml'));
  // What functions connect to is in there; its import has to find the project from its new place.
  const cluster = join(dir, 'cluster.ts');
  localize(join(PROJECT, 'config', 'cluster.ts'), cluster);
  const types = JSON.stringify(join(PROJECT, 'lib', 'config', 'cluster'));
  const text = [...LOCAL_SETTINGS, volumes ? WITH_VOLUMES : WITHOUT_VOLUMES].reduce(
    (before, [from, to]) => {
      if (!before.includes(from)) throw new Error(`config/cluster.ts has no ${from}, which the local run changes`);
      return before.replace(from, to);
    },
    readFileSync(cluster, 'utf8'),
  );
  writeFileSync(cluster, text.replace("'../lib/infra/config/cluster'", types));
  return dir;
}

/**
 * What drills cannot wait for, and what this machine bears. Each on the line where it was, so that complaints name the
 * line that the user knows.
 */
const LOCAL_SETTINGS: readonly (readonly [string, string])[] = [
  // Drills of damage wait for the scrub, those of shards for the overlap; bad-target needs a limit that does not drown this machine.
  [
    'defineCluster({',
    'defineCluster({ policy: { scrub: { periodMs: 10_000 }, sharding: { overlapMs: 45_000 } }, scrapeLimits: { samples: 40_000 },',
  ],
  // A node here takes in some 4,300 samples a second; load-spike makes it 10,000, and then 40,000.
  ['series: 50_000', 'series: 5_000'],
  [
    'limits: { memoryMiB: 10_240 },',
    "limits: { memoryMiB: 10_240, samplesPerSecond: 6_500, walMiBPerMinute: 60 }, over: '10s', calm: '30s',",
  ],
];

/** Drills cannot wait for a minute of silence, nor this machine keep two weeks of snapshots. */
const WITH_VOLUMES = [
  'policy: { ',
  'policy: { volume: { lookMs: 2_000, stalledMs: 10_000 }, ' +
    'snapshots: { allMs: 3_600_000, hourlyMs: 7_200_000, dailyMs: 7_200_000 }, ',
] as const;
/** In plain directories there is nothing to look after. */
const WITHOUT_VOLUMES = ['snapshots: true', 'snapshots: false'] as const;
