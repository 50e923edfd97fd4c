import { once } from 'node:events';
import { parentPort, Worker } from 'node:worker_threads';
import { messageOf } from '../base/log';
import { fill, type Filled } from './compare';

/** Who compares, from the beginning of a backfill to its end. */
export interface Filler {
  readonly fill: typeof fill;
  end(): Promise<unknown>;
}

type Answer = { readonly filled: Filled } | { readonly error: string };

/**
 * In a thread of its own, one slice after the other: to unpack and compare what nodes have takes the processor for seconds, and the thread
 * that posts alerts and says that this node lives must not wait for it. `file`: of the agent, which calls serveFills in it.
 */
export function fillsInThread(file: string): Filler {
  let thread: { readonly worker: Worker; readonly ended: Promise<never> } | null = null;
  return {
    async fill(...args) {
      thread ??= begin(file);
      const { worker, ended } = thread;
      worker.postMessage(args);
      const [answer] = (await Promise.race([once(worker, 'message'), ended])) as [Answer];
      if ('error' in answer) throw new Error(answer.error);
      return answer.filled;
    },
    end: async () => thread?.worker.terminate(),
  };
}

function begin(file: string): { readonly worker: Worker; readonly ended: Promise<never> } {
  const worker = new Worker(file);
  const ended = new Promise<never>((_, reject) => {
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`the thread that compares samples ended with ${code}`)));
  });
  // Whoever waits for an answer hears of it.
  ended.catch(() => {});
  return { worker, ended };
}

/** What the thread does. */
export function serveFills(): void {
  const port = parentPort!;
  port.on('message', (args: Parameters<typeof fill>) => {
    const say = (answer: Answer): void => port.postMessage(answer);
    fill(...args).then(
      (filled) => say({ filled }),
      (error: unknown) => say({ error: messageOf(error) }),
    );
  });
}
