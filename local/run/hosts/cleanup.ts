/** What has to be undone, in reverse order, whatever happens. Every step runs even if an earlier one fails. */
export class Cleanup {
  private readonly steps: { readonly what: string; readonly undo: () => Promise<void> | void }[] = [];
  /** Set when something went wrong: what helps to find out why is kept then. */
  failed = false;
  /** Where the logs are that were kept; null for none. */
  logs: string | null = null;
  private running: Promise<string[]> | undefined;

  defer(what: string, undo: () => Promise<void> | void): void {
    this.steps.push({ what, undo });
  }

  /** Whether the end has begun: what ends from now on ends on purpose. */
  get begun(): boolean {
    return this.running !== undefined;
  }

  /** Runs once, however often it is called. Returns one line for each step that failed. */
  run(): Promise<string[]> {
    this.running ??= this.undoAll();
    return this.running;
  }

  private async undoAll(): Promise<string[]> {
    const failed: string[] = [];
    for (let step = this.steps.pop(); step !== undefined; step = this.steps.pop()) {
      try {
        await step.undo();
      } catch (error) {
        failed.push(`${step.what}: ${(error as Error).message}`);
      }
    }
    return failed;
  }
}
