import type { Command } from 'commander';
import { PORTS } from '../../contract/ports';
import { newSilence, silenceInWords, type NewSilence, type ToldSilence } from '../../core/alerts/silences';
import { s3ControlStore } from '../../shell/assignment/store';
import { readAnnouncements } from '../cluster/announcements';
import { silencesBy } from '../cluster/way';
import { asUnreachable, EXIT } from '../exit';
import { caller, named, print, usualWay, withWhere, type CommandOptions } from '../where';
import { Silences, type KnownBy } from '../cluster/silences';

const STORE_TIMEOUT_MS = 5_000;

/** Says what `silence` takes. */
export function addSilence(program: Command): void {
  const silence = program.command('silence').description("silences of the cluster's Alertmanagers");
  withWhere(silence.command('list').description('those that hold or will'))
    .option('--all', 'also those that ended, as long as Alertmanager keeps them')
    .action(async (where: CommandOptions & { all?: boolean }) => {
      const all = await listSilences(where);
      const shown = where.all === true ? all : all.filter(({ status }) => status.state !== 'expired');
      print(where, shown, renderSilences);
    });
  withWhere(silence.command('add').description('alerts that all matchers fit notify nobody, from now on'))
    .argument('<matcher...>', `alertname=Name, instance=~"a|b", job!=x; without an operator: the alert's name`)
    .requiredOption('--for <time>', 'how long, such as 2h')
    .requiredOption('--comment <text>', 'why, for whoever finds it')
    .action(async (matchers: string[], where: CommandOptions & { for: string; comment: string }) => {
      const made = newSilence({ matchers, for: where.for, comment: where.comment, by: caller() }, Date.now());
      const { id, known } = await (await silencesOf(where)).add(made);
      print(where, { id, ...made, known }, () => `${id}  ${silenceInWords(made)}\n${knownInWords(known)}`);
    });
  withWhere(silence.command('expire').description('ends silences'))
    .argument('<id...>', 'as `silence list` shows them')
    .action(async (ids: string[], where: CommandOptions) => {
      const silences = await silencesOf(where);
      for (const id of ids) await silences.expire(id);
      print(where, { expired: ids }, () => `${ids.map((id) => `${id} has ended`).join('\n')}\n`);
    });
  silence.action(() => {
    silence.outputHelp();
    process.exitCode = EXIT.usage;
  });
}

/** All, those that ended too, as long as Alertmanager keeps them. @throws Unreachable */
export const listSilences = async (where: CommandOptions): Promise<ToldSilence[]> => (await silencesOf(where)).list();

/** All shards have one cluster of Alertmanagers: any of shard 0 will do. */
async function silencesOf({ via, ...where }: CommandOptions): Promise<Silences> {
  // The function `silence` stands in for the relay.
  const { handle, s3 } = await named({ ...where, via: 'direct' });
  const store = s3ControlStore(s3, handle.controlBucket, 0, STORE_TIMEOUT_MS);
  const { announcements } = await readAnnouncements(store, Number(where.shard ?? 0)).catch((error: unknown) => {
    throw asUnreachable(error, 'the control bucket');
  });
  const urls = [...announcements.values()].map(({ address }) => `http://${address}:${PORTS.alertmanager}`);
  return new Silences(urls, await silencesBy(via ?? usualWay(where), handle, caller()));
}

function renderSilences(silences: readonly ToldSilence[]): string {
  if (silences.length === 0) return 'No silence.\n';
  return silences
    .map(({ id, status, ...one }) => `${id}  ${status.state}  ${silenceInWords(one as NewSilence)}\n`)
    .join('');
}

const knownInWords = ({ by, of }: KnownBy): string =>
  by === of
    ? `All ${of} Alertmanagers know it.\n`
    : `${by} of ${of} Alertmanagers know it by now; they tell the others.\n`;
