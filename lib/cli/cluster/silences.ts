import * as z from 'zod/mini';
import { documentFormat } from '../../contract/document';
import type { SilenceRequest } from '../../contract/documents/silence';
import { UserError } from '../../contract/errors';
import { fields, text } from '../../contract/shape';
import type { NewSilence, ToldSilence } from '../../core/alerts/silences';
import type { AskSilences, SilenceAnswer } from '../../shell/alertmanager/silences';
import { reasonOf } from '../../shell/probes/prober';
import { Unreachable } from '../exit';
import { SILENCES } from '../import/answers';

const PATH = '/api/v2/silences';
/** Gossip takes a moment. */
const KNOWN_WITHIN_MS = 5_000;
const AGAIN_MS = 250;

const MADE = documentFormat({
  what: "Alertmanager's answer to a silence",
  shape: fields({ silenceID: text.check(z.minLength(1)) }),
  maxBytes: 4096,
  fix: 'look at what listens there: another program may have the port',
});

/** How many of the Alertmanagers know a silence. */
export interface KnownBy {
  readonly by: number;
  readonly of: number;
}

/** Silences of a cluster, whose Alertmanagers tell each other: the first that answers is asked. */
export class Silences {
  constructor(
    private readonly urls: readonly string[],
    private readonly ask: AskSilences,
  ) {}

  /** The last to begin first. @throws Unreachable when none answers */
  async list(): Promise<ToldSilence[]> {
    const { url, answer } = await this.first('GET', PATH, null);
    const told = SILENCES.parse(answer.text, url);
    return [...told].sort((a, b) => Date.parse(b.startsAt) - Date.parse(a.startsAt));
  }

  /** @throws UserError when Alertmanager does not take it; Unreachable when none answers */
  async add(silence: NewSilence): Promise<{ readonly id: string; readonly known: KnownBy }> {
    const { url, answer } = await this.first('POST', PATH, JSON.stringify(silence));
    const id = MADE.parse(answer.text, url).silenceID;
    return { id, known: await this.knownBy(id) };
  }

  /** @throws UserError when there is no such silence, or it has ended; Unreachable when none answers */
  async expire(id: string): Promise<void> {
    await this.first('DELETE', `/api/v2/silence/${encodeURIComponent(id)}`, null);
  }

  private async knownBy(id: string): Promise<KnownBy> {
    const until = Date.now() + KNOWN_WITHIN_MS;
    for (;;) {
      const knows = await Promise.all(
        this.urls.map(async (url) => {
          const { status, text: said } = await this.ask(`${url}${PATH}`, 'GET', null).catch(() => NOTHING);
          return status === 200 && SILENCES.parse(said, url).some((one) => one.id === id);
        }),
      );
      const known = { by: knows.filter(Boolean).length, of: this.urls.length };
      if (known.by === known.of || Date.now() > until) return known;
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    }
  }

  private async first(
    method: SilenceRequest['method'],
    path: string,
    body: string | null,
  ): Promise<{ readonly url: string; readonly answer: SilenceAnswer }> {
    const silent: string[] = [];
    for (const base of this.urls) {
      const url = `${base}${path}`;
      const answer = await this.ask(url, method, body).catch(
        (error: unknown) => void silent.push(`${base}: ${reasonOf(error)}`),
      );
      if (answer === undefined) continue;
      if (answer.status < 500) return { url, answer: accepted(url, answer) };
      silent.push(`${base}: HTTP ${answer.status} ${answer.text.slice(0, 200)}`);
    }
    throw new Unreachable({
      what: 'no Alertmanager answers',
      got: silent.join('; ') || 'no node has announced itself',
      expected: 'one of the cluster',
      fix: '`npx promha status` shows which nodes are there',
    });
  }
}

const NOTHING: SilenceAnswer = { status: 0, text: '' };

function accepted(url: string, answer: SilenceAnswer): SilenceAnswer {
  if (answer.status < 300) return answer;
  throw new UserError({
    what: answer.status === 404 ? 'there is no such silence' : 'Alertmanager does not take this',
    got: `${url}: HTTP ${answer.status} ${answer.text.slice(0, 300).trim()}`,
    expected: 'an id of `promha silence list`, or matchers of which one asks for more than the empty string',
    fix: 'correct it, and try again',
  });
}
