import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { durationMs } from '../../contract/duration';
import { PRICE_TABLE, type PriceTable } from '../../contract/documents/price-table';
import { QUIET_RUN, type QuietRun } from '../../contract/documents/quiet-run';
import { TEMPLATE, type Template } from '../../contract/documents/template';
import { UserError } from '../../contract/errors';
import { quantitiesKept, type KeptData } from '../../core/costs/assumed';
import { costReport, type CostReport } from '../../core/costs/report';
import { functionsOfTemplates, quantitiesOfTemplates } from '../../core/costs/resources';
import { quantitiesOfRun } from '../../core/costs/run';
import type { Cluster } from '../../infra/config/cluster';

const ROOT = join(__dirname, '../../..');
const MEASUREMENTS = join(ROOT, 'docs/measurements');
export const PRICES = join(ROOT, 'lib/cli/costs/eu-west-1.json');

/** What the cluster of a configuration costs a month. It asks nobody: templates are made by `cdk synth`, calls were counted. */
export function cost(cluster: Cluster, clusterFile: string, pricesFile: string): CostReport {
  const prices = readPrices(pricesFile);
  const run = lastQuietRun();
  const templates = synthesized(clusterFile);
  const size = { nodes: cluster.replicas * cluster.shards, shards: cluster.shards };
  const functions = functionsOfTemplates(templates, cluster.name);
  const quantities = [
    ...quantitiesOfRun(run, functions, size),
    ...quantitiesOfTemplates(templates),
    ...quantitiesKept(keptOf(cluster)),
  ];
  return costReport(quantities, prices, run.day);
}

const DAY_MS = 86_400_000;
const days = (duration: string): number => durationMs(duration) / DAY_MS;

/** Once all of it has been there for as long as it is kept. */
function keptOf({
  replicas,
  shards,
  ingest,
  scrapeInterval,
  retention,
  volume,
  snapshots,
  policy,
  thanos,
}: Cluster): KeptData {
  const { series, bytesPerSample } = ingest;
  return {
    nodes: replicas * shards,
    bytesPerDay: (series * bytesPerSample * DAY_MS) / durationMs(scrapeInterval) / shards,
    retentionDays: days(retention),
    volumeGiB: volume.sizeGiB,
    snapshotDays: snapshots ? policy.snapshots.dailyMs / DAY_MS : null,
    blocks: thanos && { rawDays: days(thanos.retention.raw), fiveMinutesDays: days(thanos.retention.fiveMinutes) },
  };
}

function readPrices(file: string): PriceTable {
  if (existsSync(file)) return PRICE_TABLE.parse(readFileSync(file, 'utf8'), file);
  throw new UserError({
    what: 'there is no such table of prices',
    got: file,
    expected: 'a JSON file',
    fix: `leave out --prices, or take ${PRICES} as a model`,
  });
}

/** Of the newest version of this project that has one. */
function lastQuietRun(): QuietRun {
  const files = readdirSync(MEASUREMENTS)
    .sort((a, b) => b.localeCompare(a, 'en', { numeric: true }))
    .map((version) => join(MEASUREMENTS, version, 'quiet.json'))
    .filter((file) => existsSync(file));
  if (files[0] !== undefined) return QUIET_RUN.parse(readFileSync(files[0], 'utf8'), files[0]);
  throw new UserError({
    what: 'no calls have been counted yet',
    where: MEASUREMENTS,
    expected: '<version>/quiet.json',
    fix: 'npm run measure -- quiet',
  });
}

/** An overlay without anything in it: the configuration as it is, and no lock file written for one that is only looked at. */
function synthesized(clusterFile: string): Template[] {
  const dir = mkdtempSync(join(tmpdir(), 'promha-cost-'));
  try {
    const overlay = join(dir, 'overlay.json');
    writeFileSync(overlay, '{}');
    const out = join(dir, 'cdk.out');
    const args = [
      'cdk',
      'synth',
      '--quiet',
      '--output',
      out,
      '-c',
      `cluster=${clusterFile}`,
      '-c',
      `overlay=${overlay}`,
    ];
    const { status, stderr, error } = spawnSync('npx', args, { cwd: ROOT, encoding: 'utf8' });
    if (status !== 0)
      throw new UserError({
        what: 'the configuration could not be synthesized',
        where: clusterFile,
        got: error?.message ?? stderr.trim(),
        fix: 'correct what it names, then `npx cdk synth`',
      });
    const files = readdirSync(out).filter((name) => name.endsWith('.template.json'));
    return files.map((name) => TEMPLATE.parse(readFileSync(join(out, name), 'utf8'), name));
  } finally {
    rmSync(dir, { recursive: true });
  }
}
