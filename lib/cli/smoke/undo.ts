import { reasonOf } from '../../shell/probes/prober';

interface Undone {
  readonly what: string;
  readonly how: () => Promise<void>;
  /** What a person does where it cannot be done. */
  readonly byHand: string;
}

/** What has to be taken back, however a smoke test ends. */
export class Undo {
  private readonly todo: Undone[] = [];

  /** Before it is done: what is interrupted in the middle has to be taken back as well. */
  defer(undone: Undone): Undone {
    this.todo.push(undone);
    return undone;
  }

  /** Now; it need not be done at the end. @throws as it does: then it is tried again at the end */
  async now(undone: Undone): Promise<void> {
    await undone.how();
    this.todo.splice(this.todo.indexOf(undone), 1);
  }

  /** All that is left, the last one first. Never rejects: what could not be taken back, with how to do it by hand. */
  async all(say: (line: string) => void): Promise<string[]> {
    const failed: string[] = [];
    for (const { what, how, byHand } of this.todo.splice(0).reverse()) {
      try {
        await how();
        say(`Taken back: ${what}.`);
      } catch (error) {
        failed.push(`NOT TAKEN BACK: ${what} (${reasonOf(error)}). By hand: ${byHand}`);
      }
    }
    return failed;
  }
}
