/** Time as shells know it: by parameter, so that tests and the simulation can have one of their own. */
export interface Clock {
  /** ms since the Unix epoch; may be set, also back. */
  now(): number;
  /** ms since some moment; only ever goes forward. */
  elapsed(): number;
  sleep(ms: number): Promise<void>;
  /** Calls `turn` every `ms`, for the first time after one of them. */
  repeat(ms: number, turn: () => void): { stop(): void };
}

export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  repeat(ms, turn) {
    const timer = setInterval(turn, ms);
    return { stop: () => clearInterval(timer) };
  },
};
