import { messageOf, type Log } from './log';

/**
 * Answers that are asked for again and again and may not come: null then. Said once per change, by what was asked. That a program
 * is down is no news each second; but a mistake of ours in the asking looks the same, and would take what hangs on it away unheard.
 */
export class Answers {
  private readonly failures = new Map<string, string>();

  constructor(private readonly log: Log) {}

  /** `what`: for the log, of whom what is asked. */
  async orNull<T>(what: string, ask: () => Promise<T>): Promise<T | null> {
    try {
      const answer = await ask();
      if (this.failures.delete(what)) this.log('info', 'answered-again', { what });
      return answer;
    } catch (error) {
      const message = messageOf(error);
      if (message !== this.failures.get(what)) this.log('warn', 'not-answered', { what, error: message });
      this.failures.set(what, message);
      return null;
    }
  }
}
