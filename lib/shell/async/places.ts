/** Lets only so many things happen at once, and only so many of each key; the others wait in order. */
export class Places {
  private readonly taken = new Map<string, number>();
  private waiting: { readonly key: string; readonly go: () => void }[] = [];

  constructor(
    private readonly total: number,
    private readonly perKey: number,
  ) {}

  async in<T>(key: string, work: () => Promise<T>): Promise<T> {
    await new Promise<void>((go) => {
      this.waiting.push({ key, go });
      this.next();
    });
    try {
      return await work();
    } finally {
      this.taken.set(key, this.taken.get(key)! - 1);
      this.next();
    }
  }

  private next(): void {
    const now = this.waiting;
    this.waiting = [];
    for (const one of now) {
      const all = [...this.taken.values()].reduce((sum, n) => sum + n, 0);
      const ofKey = this.taken.get(one.key) ?? 0;
      if (all >= this.total || ofKey >= this.perKey) this.waiting.push(one);
      else {
        this.taken.set(one.key, ofKey + 1);
        one.go();
      }
    }
  }
}
