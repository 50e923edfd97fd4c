const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Runs `work` with a signal that Ctrl-C and its like abort; a second Ctrl-C, and one afterwards, do what they always do. */
export async function stopOnSignals<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const stop = new AbortController();
  const onSignal = (name: NodeJS.Signals): void => {
    release();
    stop.abort(new Stopped(name));
  };
  const release = (): void => SIGNALS.forEach((name) => process.removeListener(name, onSignal));
  for (const name of SIGNALS) process.on(name, onSignal);
  try {
    return await work(stop.signal);
  } finally {
    release();
  }
}

/** What work that was stopped by a signal rejects with. */
export class Stopped extends Error {
  constructor(name: NodeJS.Signals) {
    super(`stopped by ${name}`);
  }
}
