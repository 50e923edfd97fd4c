import { resolve } from 'node:path';
import { Command } from 'commander';
import { stayAwake } from '../shell/async/stay-awake';
import { UserError } from '../contract/errors';
import type { Operation } from '../core/failover/operations';
import { DRILLS, renderDrill } from '../core/status/drill-plan';
import { renderCost } from '../core/costs/report';
import { renderPreflight } from '../core/preflight/report';
import { renderSmoke } from '../core/smoke/report';
import { reportStatus } from '../core/status/status';
import { renderStatus } from '../core/status/render-status';
import type * as Grafana from './commands/grafana';
import { addImport } from './commands/import';
import { auditCluster, readAuditOptions, type AuditOptions } from './commands/audit';
import { cost, PRICES } from './commands/cost';
import { readSmokeOptions, smoke, type SmokeOptions } from './commands/smoke';
import { CLUSTER_FILE, soundCluster } from './cluster/configured';
import { clusterMeant, localCluster } from './cluster/cluster';
import { drillCluster, drillNamed } from './commands/drill';
import { printable } from './report/printable';
import { usage, ending, EXIT, statusCode } from './exit';
import { readAll, readHistories, renderAll, renderHistory } from './commands/history';
import { preflight, preflightCode } from './commands/preflight';
import { operateCluster, pauseReason, renderOutcome, switchoverReason } from './commands/operate';
import { readCluster } from './cluster/read-cluster';
import { checkNumber } from './cluster/shards';
import { faultInjectors } from './commands/inject-fault';
import { addMove } from './commands/move';
import { addSilence, listSilences } from './commands/silence';
import { connectOne, connectAll, print, withWhere, type CommandOptions } from './where';

/** Grafana's builders take longer to load than most commands to run. */
// eslint-disable-next-line @typescript-eslint/no-require-imports
const grafana = (): typeof Grafana => require('./commands/grafana') as typeof Grafana;

const program = new Command('promha')
  .description('Looks at a prometheus-ha cluster and operates it.')
  .exitOverride()
  // Said once, at the end, as everything else is.
  .configureOutput({ outputError: () => {} });
withWhere(
  program.command('status').description('what is wrong first; who alerts since when and why; every node'),
).action(async (where: CommandOptions) => {
  const { handles, s3 } = await connectAll(where);
  const views = await Promise.all(handles.map((handle) => readCluster(handle, s3)));
  const now = Date.now();
  const shards = views.map((view) => reportStatus(view, now));
  const healthy = shards.every((report) => report.healthy);
  // Of one shard its report, as it was before there were several.
  const json = shards.length === 1 ? shards[0] : { cluster: shards[0]!.cluster, healthy, shards };
  const text = shards
    .map((report) => renderStatus(report, now, process.stdout.isTTY ? process.stdout.columns : undefined))
    .join('\n');
  print(where, json, () => text);
  process.exitCode = statusCode(shards);
});

withWhere(program.command('history').description('every change of the assignment, newest first, with its reason'))
  .option('--limit <n>', 'how many changes', '50')
  .option('--all', 'deploys of configuration and silences as well')
  .action(async (where: CommandOptions & { limit: string; all?: boolean }) => {
    const limit = Number(where.limit);
    if (!Number.isInteger(limit) || limit < 1) {
      throw new UserError({
        what: '--limit is not a number of changes',
        got: where.limit,
        expected: 'a whole number of at least 1',
        fix: 'npx promha history --limit 50',
      });
    }
    // All of it is in the control bucket.
    const { handles, s3 } = await connectAll({ ...where, via: 'direct' });
    if (where.all === true) {
      const silences = await listSilences(where).catch((error: Error) => {
        process.stderr.write(`promha: without silences: ${printable(error.message)}\n`);
        process.exitCode = EXIT.unreachable;
        return [];
      });
      return print(where, await readAll(handles, s3, limit, silences), renderAll);
    }
    const changes = await readHistories(handles, s3, limit);
    print(where, changes, renderHistory);
  });

withWhere(
  program
    .command('audit')
    .description('samples expected and present, target by target, in each replica and deduplicated: after an incident'),
)
  .option('--range <time>', 'how far back', '15m')
  .option('--html <file>', 'writes a page with a timeline for each target')
  .option('--thanos <url>', 'where Thanos query answers, if it cannot be found by the load balancer')
  .action(async (where: CommandOptions & AuditOptions) => {
    const asked = readAuditOptions(where);
    const { handle, s3 } = await connectOne(where);
    const { output, exitCode } = await auditCluster(handle, s3, asked);
    process.stdout.write(where.json === true ? output : printable(output));
    process.exitCode = exitCode;
  });

async function operation(where: CommandOptions & { to?: string }, asked: Operation): Promise<void> {
  const { handle, s3 } = await connectOne(where);
  const outcome = await operateCluster(handle, s3, asked);
  print(where, outcome, renderOutcome);
  process.exitCode = outcome.done ? EXIT.well : EXIT.unhealthy;
}

withWhere(program.command('switchover').description('gives alerting to another node, after checking that it can'))
  .option('--to <node>', 'which one; without it the first that can')
  .option('--reason <text>', 'for the audit trail', '')
  .action((where: CommandOptions & { to?: string; reason: string }) =>
    operation(where, { kind: 'switchover', to: where.to ?? null, reason: switchoverReason(where.reason) }),
  );

withWhere(program.command('pause').description('maintenance: nothing automatic happens until `resume`'))
  .requiredOption('--reason <text>', 'why, for whoever finds it paused')
  .action((where: CommandOptions & { reason: string }) =>
    operation(where, { kind: 'pause', reason: pauseReason(where.reason) }),
  );

withWhere(program.command('resume').description('ends a pause')).action((where: CommandOptions) =>
  operation(where, { kind: 'resume' }),
);

program
  .command('preflight')
  .description(
    'before the first deploy: whether the account has what config/cluster.ts needs, and what to do about the rest',
  )
  .option('--config <file>', 'another config/cluster.ts', CLUSTER_FILE)
  .option('--local', 'asks the system that `npm start` runs on this machine')
  .option('--json', 'machine-readable output')
  .action(async (where: CommandOptions & { config: string }) => {
    if (where.local) localCluster(undefined, 'owner');
    const report = await preflight(soundCluster(resolve(where.config)), where.local ?? false);
    print(where, report, renderPreflight);
    process.exitCode = preflightCode(report);
  });

program
  .command('cost')
  .description('what the cluster of config/cluster.ts costs a month, by counted calls and list prices')
  .option('--config <file>', 'another config/cluster.ts', CLUSTER_FILE)
  .option('--prices <file>', 'another table of prices', PRICES)
  .option('--json', 'machine-readable output')
  .action((where: CommandOptions & { config: string; prices: string }) => {
    const file = resolve(where.config);
    print(where, cost(soundCluster(file), file, resolve(where.prices)), renderCost);
  });

program
  .command('grafana')
  .description('provisioning files, dashboards and rules for a Grafana; or whether each query of them answers')
  .argument('[directory]', 'where they are written to', 'grafana')
  .option('--config <file>', 'another config/cluster.ts', CLUSTER_FILE)
  .option('--url <url>', 'where the cluster answers queries (default: its queryName, or of the local run)')
  .option('--at <path>', 'where Grafana finds the directory, e.g. in its container (default: where it is)')
  .option('--check', 'asks each query of each panel once instead of writing; exit code 1 if one answers nothing')
  .option('--local', 'the system that `npm start` runs on this machine')
  .option('--json', 'machine-readable output')
  .action(
    async (
      directory: string,
      where: CommandOptions & { config: string; url?: string; at?: string; check?: boolean },
    ) => {
      const { askPanels, dashboardsOf, queriesUrl, renderAnswers, writeGrafana } = grafana();
      const cluster = soundCluster(resolve(where.config));
      const url = queriesUrl(cluster, where.url, where.local ?? false);
      if (where.check !== true) {
        return print(
          where,
          { url, files: writeGrafana(cluster, directory, url, where.at) },
          ({ files }) => `${files.join('\n')}\n`,
        );
      }
      const answers = await askPanels(dashboardsOf(cluster), url);
      print(where, { url, answers }, () => renderAnswers(answers));
      process.exitCode = answers.every(({ well }) => well) ? EXIT.well : EXIT.unhealthy;
    },
  );

addImport(program);
addMove(program);
addSilence(program);

const kinds = Object.entries(DRILLS).map(([name, what]) => `  ${name.padEnd(16)} ${what}`);
withWhere(
  program
    .command('drill')
    .description(`injects a fault after confirmation and verifies recovery:\n${kinds.join('\n')}`)
    .argument('<drill>', 'which one'),
)
  .option('--confirm <cluster>', 'its name, for scripts; without it somebody has to type it')
  .action(async (name: string, where: CommandOptions & { confirm?: string }) => {
    const drill = drillNamed(name);
    const { handle, s3 } = await connectOne(where);
    const report = await drillCluster(drill, {
      handle,
      s3,
      injectFault: faultInjectors(handle, s3, where.local ?? false)[drill],
      confirm: where.confirm,
      say: (line) => void process.stderr.write(`${line}\n`),
    });
    print(where, report, renderDrill);
    process.exitCode = report.passed ? EXIT.well : EXIT.unhealthy;
  });

withWhere(
  program
    .command('smoke')
    .description(
      'half an hour with a sandbox: alarm mail, failover, restore, query fallback, audit; then all is taken back',
    ),
)
  .option('--yes-this-is-a-sandbox <cluster>', 'its name: nobody relies on this cluster')
  .option('--no-ask', 'asks nobody whether the mail arrived')
  .option('--only <parts>', 'some of it, such as failover,audit')
  .option('--report <file>', 'writes the JSON there as well')
  .action(async (where: CommandOptions & SmokeOptions) => {
    const { local = false, cluster, shard } = where;
    checkNumber(shard);
    const name = local ? localCluster(cluster).cluster : clusterMeant(cluster).name;
    const asked = readSmokeOptions(where, name, process.stdin.isTTY);
    const { handle, s3 } = await connectOne(where);
    const stop = new AbortController();
    const say = (line: string): void => void process.stderr.write(`${line}\n`);
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => {
        if (!stop.signal.aborted) say('\nstopping: what was done is taken back first …');
        stop.abort();
      });
    }
    const kill = faultInjectors(handle, s3, local)['kill-prometheus'];
    const report = await smoke({ ...asked, handle, s3, kill, say, signal: stop.signal });
    print(where, report, renderSmoke);
    process.exitCode = report.passed ? EXIT.well : EXIT.unhealthy;
  });

stayAwake(() => program.parseAsync()).catch((error: Error & { code?: string; exitCode?: number }) => {
  const called = error.code?.startsWith('commander.') ?? false;
  // Help, which has been printed; without a command too.
  if (called && (error.code === 'commander.help' || error.exitCode === 0)) {
    process.exitCode = error.exitCode === 0 ? EXIT.well : EXIT.usage;
    return;
  }
  const commands = program.commands.map((command) => command.name());
  const failure = called ? usage(error.message, process.argv.slice(2), commands) : error;
  const { code, out, err } = ending(failure, process.argv.includes('--json'));
  process.stdout.write(out);
  process.stderr.write(printable(err));
  process.exitCode = code;
});
