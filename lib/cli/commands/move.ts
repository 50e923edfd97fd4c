import type { S3Client } from '@aws-sdk/client-s3';
import type { Command } from 'commander';
import { UserError } from '../../contract/errors';
import type { Operation } from '../../core/failover/operations';
import type { OperateOutcome } from '../../shell/assignment/operate';
import type { ClusterHandle } from '../cluster/cluster';
import { silencesBy } from '../cluster/way';
import { EXIT } from '../exit';
import { compareSides, renderComparison } from '../move/compare';
import { Journal } from '../move/journal';
import { OldAlertmanager, usualGossip } from '../move/old';
import { compareSamples, isComplete, renderSamples } from '../move/report';
import { renderMove } from '../move/render';
import { abort, switchOver } from '../move/switch';
import { caller, connectAll, print, usualWay, withWhere, type CommandOptions } from '../where';
import { operateCluster, renderOutcome } from './operate';

interface MoveOptions extends CommandOptions {
  readonly old: string;
  readonly without: readonly string[];
}

interface SwitchOptions extends MoveOptions {
  readonly gossip?: string;
  readonly log: boolean;
  readonly anyway?: boolean;
}

const collect = (value: string, all: readonly string[]): string[] => [...all, value];
const withOld = (command: Command): Command =>
  withWhere(command)
    .requiredOption('--old <url>', 'the Alertmanager that tells so far')
    .option('--without <label>', 'that one side puts onto all its alerts; once for each', collect, []);

/** Says what `move` takes. */
export function addMove(program: Command): void {
  const move = program.command('move').description('from another Prometheus and Alertmanager to this cluster');
  withOld(
    move.command('compare').description('what the old Alertmanager has against what this cluster would tell'),
  ).action(async ({ old, without, ...where }: MoveOptions) => {
    const { handles, s3 } = await connectAll(where);
    const { report } = await compareSides(old, handles, s3, without);
    print(where, report, renderComparison);
    process.exitCode = report.agrees && report.isReady ? EXIT.well : EXIT.unhealthy;
  });
  withOld(move.command('switch').description('the old one falls silent, this cluster tells; interrupted, it goes on'))
    .option('--gossip <host:port>', 'where peers of the old Alertmanager reach it (default: its host, port 9094)')
    .option('--no-log', 'what the old one has told is left: what fires is told once more')
    .option('--anyway', 'though the two do not say the same')
    .action(async ({ old, gossip, log, without, anyway = false, ...where }: SwitchOptions) => {
      const { handles, s3 } = await connectAll(where);
      const report = await switchOver({
        old: new OldAlertmanager(old, log ? (gossip ?? usualGossip(old)) : null),
        oldUrl: old,
        handles,
        s3,
        journal: new Journal(s3, handles[0]!),
        without,
        anyway,
        askSilences: await silencesBy(where.via ?? usualWay(where), handles[0]!, caller()),
        by: caller(),
        say: (line) => void process.stderr.write(`${line}\n`),
      });
      print(where, report, renderMove);
    });
  withWhere(move.command('status').description('how far it is, and what it brought along')).action(
    async (where: CommandOptions) => {
      const { handles, s3 } = await connectAll(where);
      print(where, await new Journal(s3, handles[0]!).read(), renderMove);
    },
  );
  withWhere(move.command('report').description('how the move went: the journal, and the samples of either side'))
    .requiredOption('--old-prometheus <url>', 'the Prometheus that is replaced')
    .option('--range <time>', 'how far back, both running', '15m')
    .action(async ({ oldPrometheus, range, ...where }: CommandOptions & { oldPrometheus: string; range: string }) => {
      const { handles, s3 } = await connectAll(where);
      const move = await new Journal(s3, handles[0]!).read();
      const samples = await compareSamples(oldPrometheus, handles, s3, range);
      print(where, { move, samples }, () => `${renderMove(move)}${renderSamples(samples)}`);
      process.exitCode = isComplete(samples) ? EXIT.well : EXIT.unhealthy;
    });
  withWhere(move.command('abort').description('the old one tells again, this cluster as before'))
    .requiredOption('--old <url>', 'the Alertmanager that told before')
    .action(async ({ old, ...where }: CommandOptions & { old: string }) => {
      const { handles, s3 } = await connectAll(where);
      print(
        where,
        await abort({ old: new OldAlertmanager(old, null), journal: new Journal(s3, handles[0]!) }),
        renderMove,
      );
    });
  withWhere(move.command('hold').description('alerts that are withheld are withheld until another date'))
    .requiredOption('--until <time>', 'from then on they are told in any case, such as 2026-12-01T08:00Z')
    .requiredOption('--reason <text>', 'for whoever finds it')
    .action((where: CommandOptions & { until: string; reason: string }) =>
      onAllShards(where, { kind: 'withhold', until: dateIn(where.until), reason: where.reason }),
    );
  withWhere(move.command('tell').description('alerts are withheld no longer: all that fires is told at once'))
    .requiredOption('--reason <text>', 'for the audit trail')
    .action((where: CommandOptions & { reason: string }) => onAllShards(where, { kind: 'tell', reason: where.reason }));
  move.action(() => {
    move.outputHelp();
    process.exitCode = EXIT.usage;
  });
}

/** The Alertmanagers of all shards are one cluster: what they may tell is one decision. */
async function onAllShards(where: CommandOptions, operation: Operation): Promise<void> {
  const { handles, s3 } = await connectAll(where);
  const outcomes = await operateAll(handles, s3, operation);
  print(where, outcomes, (all) => all.map(renderOutcome).join(''));
  process.exitCode = outcomes.every(({ done }) => done) ? EXIT.well : EXIT.unhealthy;
}

function operateAll(handles: readonly ClusterHandle[], s3: S3Client, operation: Operation): Promise<OperateOutcome[]> {
  return Promise.all(handles.map((handle) => operateCluster(handle, s3, operation)));
}

/** @throws UserError */
function dateIn(typed: string): number {
  const at = Date.parse(typed);
  if (!Number.isNaN(at)) return at;
  throw new UserError({
    what: '--until is no time',
    got: typed,
    expected: 'a date and a time in ISO 8601',
    fix: `--until ${new Date(Date.now() + 86_400_000).toISOString()}`,
  });
}
