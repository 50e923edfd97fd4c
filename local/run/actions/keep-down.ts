/** How soon a program that was started again is killed again. */
const LOOK_MS = 100;

/** Programs that are killed whenever they run, until they are let go: what keeps them running is not what is hurt. */
export class KeptDown {
  private readonly timers = new Map<string, NodeJS.Timeout>();

  /** `pids`: those of the program now. Killed at once, and again whenever there are any. @throws Error when there are none */
  keep(name: string, pids: () => readonly number[]): void {
    const kill = (): void => {
      for (const pid of pids()) {
        try {
          process.kill(pid, 'SIGKILL');
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error; // ended meanwhile
        }
      }
    };
    if (pids().length === 0) throw new Error(`${name} does not run, so it cannot be kept down`);
    kill();
    if (!this.timers.has(name)) this.timers.set(name, setInterval(kill, LOOK_MS));
  }

  let(name: string): void {
    clearInterval(this.timers.get(name));
    this.timers.delete(name);
  }

  stop(): void {
    for (const name of [...this.timers.keys()]) this.let(name);
  }
}
