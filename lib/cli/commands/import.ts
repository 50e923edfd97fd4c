import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { S3Client } from '@aws-sdk/client-s3';
import type { Command } from 'commander';
import { UserError } from '../../contract/errors';
import { findCheckers } from '../../infra/config/programs/check';
import { shown } from '../../infra/config/shown';
import { soundCluster } from '../cluster/configured';
import { EXIT } from '../exit';
import { gatherFiles } from '../import/from-files';
import { gatherFromServer } from '../import/from-server';
import { isUrl } from '../import/gathered';
import { planImport } from '../import/plan';
import { importAsJson, renderImport, type ImportReport } from '../import/render';
import { uploadHistory, renderHistoryImport } from '../import/history';
import { importSilences, renderSilences } from '../import/silences';
import { Stage } from '../import/stage';
import { compare, write } from '../import/write';

export interface ImportOptions {
  readonly to: string;
  readonly config?: string;
  readonly alertmanager?: string;
  readonly localhost?: string;
  readonly set: readonly string[];
  readonly silences?: string;
  readonly into?: string;
  readonly history?: string;
  readonly bucket?: string;
  readonly replica: string;
  readonly shard: string;
  readonly apply?: boolean;
  readonly force?: boolean;
  readonly json?: boolean;
}

type ConfigurationOptions = Omit<ImportOptions, 'silences' | 'into' | 'history' | 'bucket' | 'replica' | 'shard'>;

/** Says what `import` takes. */
export function addImport(program: Command): void {
  const collect = (value: string, all: readonly string[]): string[] => [...all, value];
  program
    .command('import')
    .description('what a running Prometheus, or its files, need to run here: shows it, and writes it with --apply')
    .argument('[source]', 'a prometheus.yml, its directory, or the URL of a running Prometheus')
    .option('--to <dir>', 'where config/ is', 'config')
    .option('--alertmanager <source>', 'an alertmanager.yml, its directory, or the URL of a running Alertmanager')
    .option('--localhost <host>', 'the machine that its localhost means (default: the host of the URL)')
    .option('--set <name=value>', 'what ${NAME} stands for; once for each', collect, [])
    .option('--config <file>', 'another cluster.ts (default: that of --to, else config/cluster.ts)')
    .option('--silences <url>', 'instead: the silences of that running Alertmanager')
    .option('--into <url>', 'with --silences: an Alertmanager of the cluster, which tells the others')
    .option('--history <dir>', 'instead: the blocks of a snapshot, or of the data directory of a stopped Prometheus')
    .option('--bucket <name>', "with --history: the cluster's bucket for blocks")
    .option(
      '--replica <name>',
      'with --history: whose samples these are; a second server needs another name',
      'imported',
    )
    .option('--shard <n>', 'with --history: the shard that goes on with them', '0')
    .option('--apply', 'writes it; without it nothing is written')
    .option('--force', 'overwrites files that are there and differ')
    .option('--json', 'machine-readable output')
    .action(async (source: string | undefined, options: ImportOptions) => {
      if (options.history !== undefined) return history(options.history, options);
      if (options.silences !== undefined) return silences(options.silences, options);
      if (source === undefined) throw missing('SOURCE', 'npx promha import http://prometheus:9090 --to config');
      const report = await importConfiguration(source, options);
      process.stdout.write(
        options.json === true ? `${JSON.stringify(importAsJson(report), null, 2)}\n` : renderImport(report),
      );
      process.exitCode = report.plan.left.length + report.inTheWay.length === 0 ? EXIT.well : EXIT.unhealthy;
    });
}

async function silences(from: string, { into, apply = false, json = false }: ImportOptions): Promise<void> {
  if (into === undefined)
    throw missing('--into', 'npx promha import --silences http://old:9093 --into http://node:9193');
  const report = await importSilences(from, into, apply, Date.now());
  process.stdout.write(json ? `${JSON.stringify(report, null, 2)}\n` : renderSilences(report));
}

async function history(dir: string, options: ImportOptions): Promise<void> {
  const { bucket, replica, shard, apply = false, json = false } = options;
  if (bucket === undefined) throw missing('--bucket', 'npx promha import --history data/snapshots/… --bucket NAME');
  const cluster = soundCluster(clusterOf(resolve(options.to), options.config)).name;
  // As nodes do: other systems that speak S3 know no checksums behind a body.
  const s3 = new S3Client({ requestChecksumCalculation: 'WHEN_REQUIRED' });
  const labels = { cluster, replica, shard };
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  const report = await uploadHistory(dir, { s3, name: bucket }, labels, { apply, say });
  process.stdout.write(json ? `${JSON.stringify(report, null, 2)}\n` : renderHistoryImport(report));
  process.exitCode = report.blocks.every(({ fate }) => fate !== 'refused') ? EXIT.well : EXIT.unhealthy;
}

const missing = (what: string, example: string): UserError =>
  new UserError({ what: `${what} is missing`, got: 'nothing', expected: 'what to import, and where to', fix: example });

/** Reads, plans, checks, and writes if asked to. @throws UserError where there is nothing to read */
export async function importConfiguration(source: string, options: ConfigurationOptions): Promise<ImportReport> {
  const dir = resolve(options.to);
  const clusterFile = clusterOf(dir, options.config);
  const alertmanager = options.alertmanager ?? null;
  const values = readValues(options.set);
  const clusterName = soundCluster(clusterFile).name;
  const found = isUrl(source) ? await gatherFromServer(source, alertmanager) : await gatherFiles(source, alertmanager);
  const stage = new Stage(clusterFile, dir);
  try {
    const wishes = {
      localhost: options.localhost ?? null,
      values,
      clusterFile,
      clusterText: readFileSync(clusterFile, 'utf8'),
      clusterName,
      hasAlertmanager: existsSync(join(dir, 'alertmanager.yml')),
    };
    const plan = planImport(found, wishes, stage, findCheckers);
    const written = compare(plan, options.to);
    const different = written.filter(({ before }) => before === 'something else').map(({ file }) => file);
    const inTheWay = options.apply === true && options.force !== true ? different : [];
    const applied = options.apply === true && inTheWay.length === 0;
    if (applied) write(plan, dir, clusterFile);
    return {
      from: found.prometheus.file,
      to: options.to,
      clusterFile: shown(clusterFile),
      applied,
      plan,
      written,
      inTheWay,
    };
  } finally {
    stage.end();
  }
}

function clusterOf(dir: string, asked: string | undefined): string {
  const own = join(dir, 'cluster.ts');
  return resolve(asked ?? (existsSync(own) ? own : 'config/cluster.ts'));
}

function readValues(set: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    set.map((one) => {
      const [, name, value] = /^([A-Za-z_][A-Za-z0-9_.]*)=(.*)$/s.exec(one) ?? [];
      if (name !== undefined && value !== undefined) return [name, value];
      throw new UserError({
        what: '--set is no value of a name',
        got: one,
        expected: 'NAME=VALUE',
        fix: '--set ENVIRONMENT=production',
      });
    }),
  );
}
