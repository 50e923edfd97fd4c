import type { DocumentFormat } from '../../contract/document';
import { UserError } from '../../contract/errors';
import { Unreachable } from '../exit';

const TIMEOUT_MS = 30_000;

/** A running Prometheus or Alertmanager: any URL, with a path before /api and user and password in it. */
export class Server {
  private readonly base: string;
  private readonly headers: Record<string, string> = {};

  constructor(url: string) {
    const parsed = new URL(url);
    if (parsed.username !== '') {
      const credentials = `${decodeURIComponent(parsed.username)}:${decodeURIComponent(parsed.password)}`;
      this.headers['authorization'] = `Basic ${Buffer.from(credentials).toString('base64')}`;
      parsed.username = '';
      parsed.password = '';
    }
    this.base = `${parsed.origin}${parsed.pathname.replace(/\/+$/, '')}`;
  }

  /** Without user and password. */
  get url(): string {
    return this.base;
  }

  get host(): string {
    return new URL(this.base).hostname;
  }

  /** @throws Unreachable, or UserError for an answer of another kind */
  async get<T>(path: string, format: DocumentFormat<T>): Promise<T> {
    return format.parse(await this.ask(path), `${this.base}${path}`);
  }

  async post(path: string, body: object): Promise<void> {
    await this.ask(path, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { ...this.headers, 'content-type': 'application/json' },
    });
  }

  async delete(path: string): Promise<void> {
    await this.ask(path, { method: 'DELETE' });
  }

  private async ask(path: string, more: RequestInit = {}): Promise<string> {
    const url = `${this.base}${path}`;
    let answer: Response;
    let text: string;
    try {
      answer = await fetch(url, { headers: this.headers, signal: AbortSignal.timeout(TIMEOUT_MS), ...more });
      text = await answer.text();
    } catch (error) {
      const { cause, message } = error as Error;
      throw new Unreachable({
        what: 'the running server does not answer',
        got: `${url}: ${cause instanceof Error ? cause.message : message}`,
        expected: 'its HTTP API',
        fix: 'look at the address, and at who may reach it from here',
      });
    }
    if (answer.ok) return text;
    throw new UserError({
      what: 'the running server refuses',
      got: `${url}: HTTP ${answer.status} ${text.slice(0, 200).trim()}`,
      expected: 'HTTP 200',
      fix: answer.status === 401 ? 'put user and password into the URL' : 'look at the address: is it that of its API?',
    });
  }
}
