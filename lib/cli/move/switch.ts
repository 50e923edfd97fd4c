import type { S3Client } from '@aws-sdk/client-s3';
import type { Move } from '../../contract/documents/move';
import { PORTS } from '../../contract/ports';
import { fingerprint } from '../../core/alerts/gate';
import { planSilences } from '../../core/alerts/imported-silences';
import { isWithheld } from '../../core/failover/withheld';
import { fnvHash, type ToldLabels } from '../../core/moving/alert-hash';
import { CLUSTER_LABEL, comparable } from '../../core/moving/compare';
import { groupKeysHere } from '../../core/moving/group-key';
import { hashUsed, translate } from '../../core/moving/notification-log';
import type { AskSilences } from '../../shell/alertmanager/silences';
import { readAgentStatus } from '../../shell/probes/agent-api';
import type { ClusterHandle } from '../cluster/cluster';
import { Silences } from '../cluster/silences';
import { operateCluster } from '../commands/operate';
import { NotNow } from '../exit';
import { compareSides, type CompareReport } from './compare';
import type { Journal } from './journal';
import type { OldAlertmanager } from './old';
import { alertsOf, type Ours } from './sides';

export interface Switch {
  readonly old: OldAlertmanager;
  /** As it was typed: with user and password. */
  readonly oldUrl: string;
  readonly handles: readonly ClusterHandle[];
  readonly s3: S3Client;
  readonly journal: Journal;
  /** Labels that alerts have there and not here. */
  readonly without: readonly string[];
  /** Though the two differ. */
  readonly anyway: boolean;
  readonly askSilences: AskSilences;
  readonly by: string;
  readonly say: (line: string) => void;
}

const GIVEN_WITHIN_MS = 60_000;
const LOOK_MS = 500;
const STATUS_TIMEOUT_MS = 5_000;

/**
 * From there to here, in steps that can each be made again: interrupted anywhere, the next call goes on where this one was. Between
 * the silence there and the last step nobody tells anything: some ten seconds, and what begins in them is told at the end of it.
 * @throws NotNow where it may not begin, or a step does not come true
 */
export async function switchOver(s: Switch): Promise<Move> {
  const { report, ours } = await compareSides(s.oldUrl, s.handles, s.s3, s.without);
  let move = await s.journal.read();
  if (move === null || move.abortedAt !== null || (move.toldAt !== null && report.withheldUntil !== null))
    move = await begin(s, report);
  if (move.toldAt !== null) return move;
  if (ours.every(({ assignment }) => assignment.withheld === undefined)) return end(s, move);
  if (move.log === null) move = await takeOver(s, move, ours);
  await givenOn(s, move, ours);
  s.say('this cluster tells from now on …');
  for (const handle of s.handles) {
    const outcome = await operateCluster(handle, s.s3, { kind: 'tell', reason: `moved from ${move.from}` });
    if (!outcome.done) throw notNow('the cluster does not tell yet', outcome.because, outcome.fix ?? 'call it again');
  }
  return end(s, move);
}

const end = (s: Switch, move: Move): Promise<Move> => s.journal.write({ ...move, toldAt: new Date().toISOString() });

async function begin(s: Switch, r: CompareReport): Promise<Move> {
  if (r.withheldUntil === null)
    throw notNow(
      'there is nothing to switch',
      'this cluster tells its alerts',
      'docs/moving.md says how a move begins',
    );
  if (!s.anyway && !(r.isReady && r.agrees))
    throw notNow(
      'the two do not say the same',
      r.isReady ? `${r.onlyOld.length} alerts only there, ${r.onlyNew.length} only here` : `ready at ${r.readyAt}`,
      '`npx promha move compare` says why; --anyway switches all the same',
    );
  // Fails where its log cannot be had, before anything is changed.
  await s.old.log();
  const known = (await alertsOf(s.oldUrl)).map(({ labels }) => labels);
  return s.journal.write({
    version: 1,
    from: s.old.url,
    by: s.by,
    begunAt: new Date().toISOString(),
    known,
    silences: 0,
    silence: null,
    log: null,
    toldAt: null,
    abortedAt: null,
  });
}

/** Silences, then silence there, then what it has told. Written down before and after the silence: what ended is in no list any more. */
async function takeOver(s: Switch, begun: Move, ours: readonly Ours[]): Promise<Move> {
  const { old, journal } = s;
  s.say('silences are made here …');
  const silences = begun.silences + (await copySilences(s, ours));
  let move = await journal.write({ ...begun, silences, known: await knownBy(s, begun) });
  s.say(`${old.url} is silenced …`);
  const silence = await old.silenceAll(s.by, s.handles[0]!.cluster, Date.now());
  move = await journal.write({ ...move, silence, known: await knownBy(s, move) });
  s.say('waiting until it has told what it was about to …');
  const entries = await old.restedLog();
  move = { ...move, known: await knownBy(s, move) };
  const { cluster } = s.handles[0]!;
  const here = new Map(
    ours.flatMap(({ firing }) => firing.map(({ labels }) => [fingerprint(comparable(labels, s.without)), labels])),
  );
  const asHere = (labels: ToldLabels): ToldLabels => {
    const own = comparable(labels, s.without);
    return here.get(fingerprint(own)) ?? { ...own, [CLUSTER_LABEL]: cluster };
  };
  const translated = translate(entries, {
    from: hashUsed(entries, move.known) ?? fnvHash,
    alerts: move.known,
    labels: asHere,
    groupKeys: (key) => groupKeysHere(key, cluster, s.without),
  });
  return journal.write({ ...move, log: { readAt: new Date().toISOString(), ...translated } });
}

/** All that it has had since the move was begun. */
async function knownBy({ oldUrl }: Switch, { known }: Move): Promise<ToldLabels[]> {
  const now = (await alertsOf(oldUrl)).map(({ labels }) => labels);
  return [...new Map([...known, ...now].map((labels) => [fingerprint(labels), labels])).values()];
}

async function copySilences({ old, askSilences }: Switch, ours: readonly Ours[]): Promise<number> {
  const urls = ours.flatMap(({ addresses }) => addresses).map((address) => `http://${address}:${PORTS.alertmanager}`);
  const here = new Silences(urls, askSilences);
  const { make } = planSilences(await old.silences(), await here.list(), Date.now());
  for (const silence of make) await here.add(silence);
  return make.length;
}

/** Every node that answers has given it to its Alertmanager; these tell each other. */
async function givenOn(s: Switch, { log }: Move, ours: readonly Ours[]): Promise<void> {
  if (log === null || log.entries.length === 0) return;
  s.say('what it has told is given to the Alertmanagers here …');
  const addresses = ours.flatMap((one) => one.addresses);
  if (!ours.every(({ assignment }) => isWithheld(assignment, Date.now()))) return;
  for (const until = Date.now() + GIVEN_WITHIN_MS; ;) {
    const said = await Promise.all(
      addresses.map((a) => readAgentStatus(a, AbortSignal.timeout(STATUS_TIMEOUT_MS)).catch(() => null)),
    );
    const answers = said.filter((status) => status !== null);
    const given = answers.filter(({ moved }) => moved?.readAt === log.readAt);
    if (given.length > 0 && given.length === answers.length) {
      const missing = Math.max(...given.map(({ moved }) => moved!.missing));
      if (missing > 0) s.say(`${missing} entries are not taken there: of what they are of is told once more`);
      return;
    }
    if (Date.now() > until)
      throw notNow(
        'not every node has given it to its Alertmanager',
        `${given.length} of ${answers.length} that answer`,
        'call it again; `npx promha status` says what is wrong with the others',
      );
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

/** Back to before: the old one tells again. @throws NotNow where nothing is under way */
export async function abort({ old, journal }: Pick<Switch, 'old' | 'journal'>): Promise<Move> {
  const move = await journal.read();
  if (move === null || move.abortedAt !== null)
    throw notNow('no move is under way', 'none was begun', '`npx promha move status` says how far it is');
  await old.speakAgain();
  return journal.write({ ...move, silence: null, log: null, abortedAt: new Date().toISOString() });
}

const notNow = (what: string, got: string, fix: string): NotNow =>
  new NotNow({ what, got, expected: 'a cluster that withholds its alerts, and agrees with the old one', fix });
