/**
 * Virtual time. Events run in order of (time, order of scheduling), so that a run depends on its seed alone.
 * Code under test that awaits is let run between two events until it waits for the next one.
 */
export class Kernel {
  now = 0;
  private readonly heap: { at: number; order: number; run: () => void }[] = [];
  private order = 0;
  private settled = false;
  private answered = false;

  after(ms: number, run: () => void): void {
    const entry = { at: this.now + Math.max(0, ms), order: this.order++, run };
    const { heap } = this;
    let i = heap.push(entry) - 1;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!earlier(entry, heap[parent]!)) break;
      heap[i] = heap[parent]!;
      i = parent;
    }
    heap[i] = entry;
  }

  /** A promise that an event settles. */
  promise<T>(start: (resolve: (value: T) => void, reject: (error: Error) => void) => void): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      start(
        (value) => {
          this.settled = true;
          resolve(value);
        },
        (error) => {
          this.settled = true;
          reject(error);
        },
      );
    });
  }

  /** The same for one that only a handler of its own waits for: no turn of Node's loop, of which there would be dozens a second. */
  answer(start: (resolve: () => void) => void): Promise<void> {
    return new Promise((resolve) =>
      start(() => {
        this.answered = true;
        resolve();
      }),
    );
  }

  async run(until: number, stop: () => boolean): Promise<void> {
    await drain();
    for (let next = this.heap[0]; next !== undefined && next.at <= until && !stop(); next = this.heap[0]) {
      this.pop();
      this.now = next.at;
      next.run();
      if (this.settled) {
        this.settled = false;
        await drain();
      } else if (this.answered) await Promise.resolve();
      this.answered = false;
    }
  }

  private pop(): void {
    const { heap } = this;
    const last = heap.pop()!;
    if (heap.length === 0) return;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && earlier(heap[child + 1]!, heap[child]!)) child += 1;
      if (!earlier(heap[child]!, last)) break;
      heap[i] = heap[child]!;
      i = child;
    }
    heap[i] = last;
  }
}

function earlier(a: { at: number; order: number }, b: { at: number; order: number }): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}

/** Promises resume within the event that settled them: a turn of Node's own loop comes only after all of them. */
async function drain(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

/** mulberry32: small, fast, good enough to vary latencies. */
export function random(seed: number): () => number {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = a;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
