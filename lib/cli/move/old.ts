import { SILENCES } from '../import/answers';
import { Server } from '../import/ask';
import type { NewSilence, ToldSilence } from '../../core/alerts/silences';
import { logIn, type LogEntry } from '../../core/moving/notification-log';
import { exchangeState } from '../../shell/alertmanager/gossip';
import { UserError } from '../../contract/errors';

const SILENCES_PATH = '/api/v2/silences';
/** By this its silence over everything is found again. */
const MARK = '[promha move]';
/** Long enough to take the old system down, and then it may speak again: whoever forgot it hears of it. */
const SILENT_MS = 7 * 86_400_000;
const GOSSIP_PORT = 9094;
const GOSSIP_TIMEOUT_MS = 20_000;
/** What it was about to tell when it was silenced has been told, or tried, when its log has not changed for so long. */
const REST_MS = 5_000;
const LONGEST_REST_MS = 60_000;
const LOOK_MS = 1_000;

const NOTHING = new Uint8Array();

/** The Alertmanager that told so far. */
export class OldAlertmanager {
  private readonly server: Server;

  /** `gossip`: where its peers reach it, host:port; null: its log is left. */
  constructor(
    url: string,
    private readonly gossip: string | null,
  ) {
    this.server = new Server(url);
  }

  get url(): string {
    return this.server.url;
  }

  /** Its users' silences. */
  async silences(): Promise<ToldSilence[]> {
    return (await this.all()).filter(({ comment }) => !comment.includes(MARK));
  }

  /** Over everything; the one that is there already, if there is. Its id. */
  async silenceAll(by: string, cluster: string, now: number): Promise<string> {
    const found = await this.own();
    if (found !== undefined) return found.id;
    const silence: NewSilence = {
      matchers: [{ name: 'alertname', value: '.+', isRegex: true, isEqual: true }],
      startsAt: new Date(now).toISOString(),
      endsAt: new Date(now + SILENT_MS).toISOString(),
      createdBy: by,
      comment: `moved to ${cluster} ${MARK}`,
    };
    await this.server.post(SILENCES_PATH, silence);
    return (await this.own())!.id;
  }

  /** It tells again. Whether there was anything to end. */
  async speakAgain(): Promise<boolean> {
    const found = await this.own();
    if (found !== undefined) await this.server.delete(`/api/v2/silence/${found.id}`);
    return found !== undefined;
  }

  /** What it has told, once that changes no more. @throws UserError where it tells no peer */
  async restedLog(): Promise<LogEntry[]> {
    let before = '';
    let since = Date.now();
    for (const began = since; ;) {
      const entries = await this.log();
      const now = JSON.stringify(entries, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
      if (now !== before) since = Date.now();
      before = now;
      if (Date.now() - since >= REST_MS || Date.now() - began > LONGEST_REST_MS) return entries;
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  }

  /** @throws UserError where it tells no peer */
  async log(): Promise<LogEntry[]> {
    if (this.gossip === null) return [];
    const { host, port } = addressOf(this.gossip);
    try {
      return logIn(await exchangeState(host, port, NOTHING, GOSSIP_TIMEOUT_MS));
    } catch (error) {
      throw new UserError({
        what: 'the old Alertmanager does not say what it has told',
        got: (error as Error).message,
        expected: `its gossip (--cluster.listen-address, port ${GOSSIP_PORT} where nothing is said) without TLS and without a cluster label`,
        fix: '--gossip HOST:PORT names another address; --no-log does without: what fires is told once more then',
      });
    }
  }

  private async own(): Promise<ToldSilence | undefined> {
    return (await this.all()).find(({ comment, status }) => comment.includes(MARK) && status.state !== 'expired');
  }

  private all(): Promise<readonly ToldSilence[]> {
    return this.server.get(SILENCES_PATH, SILENCES);
  }
}

/** Where the peers of an Alertmanager reach it, if nothing else is said. */
export const usualGossip = (url: string): string => `${new Server(url).host}:${GOSSIP_PORT}`;

/** @throws UserError */
function addressOf(gossip: string): { readonly host: string; readonly port: number } {
  const [, host, port] = /^\[?([^\]]+?)\]?:(\d+)$/.exec(gossip) ?? [];
  if (host !== undefined) return { host, port: Number(port) };
  throw new UserError({
    what: '--gossip is no address',
    got: gossip,
    expected: 'HOST:PORT',
    fix: `--gossip alertmanager:${GOSSIP_PORT}`,
  });
}
