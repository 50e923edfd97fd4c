export interface Pace {
  /** At most so many under way. */
  readonly most: number;
  /** At most so many of them begun less than `patienceMs` ago: a crowd that starts at once makes itself late. */
  readonly fresh: number;
  readonly patienceMs: number;
}

/** Results of `work` in the order of `items`. Who keeps us waiting holds up few others. Rejects with the first failure. */
export function inParallel<T, R>(
  { most, fresh, patienceMs }: Pace,
  items: readonly T[],
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  return new Promise((resolve, reject) => {
    const results = new Array<R>(items.length);
    const count = { begun: 0, running: 0, fresh: 0, done: 0 };
    const begin = (i: number): void => {
      count.running += 1;
      count.fresh += 1;
      let isFresh = true;
      const age = (): void => {
        if (isFresh) count.fresh -= 1;
        isFresh = false;
      };
      const timer = setTimeout(() => {
        age();
        go();
      }, patienceMs);
      work(items[i]!)
        .then((result) => {
          results[i] = result;
          clearTimeout(timer);
          age();
          count.running -= 1;
          count.done += 1;
          go();
        })
        .catch(reject);
    };
    const go = (): void => {
      if (count.done === items.length) resolve(results);
      while (count.begun < items.length && count.running < most && count.fresh < fresh) begin(count.begun++);
    };
    go();
  });
}
