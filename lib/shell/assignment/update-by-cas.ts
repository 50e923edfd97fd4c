/** A document that is only ever written by compare-and-swap. Both reject when the store does not answer. */
export interface Swappable<T> {
  read(): Promise<{ readonly document: T; readonly etag: string } | null>;
  /** False: somebody else was first. */
  write(next: T, etag: string | null): Promise<boolean>;
}

export type CasDecision<T, R> =
  /** Nothing is written. */
  | { readonly kind: 'done'; readonly result: R }
  /** What comes of it once it is written. */
  | { readonly kind: 'write'; readonly next: T; readonly result: R }
  /** Nothing yet: read and decide once more. */
  | { readonly kind: 'again' };

export type CasOutcome<T, R> =
  | { readonly kind: 'done' | 'written'; readonly result: R }
  /** Other writers were first, so many times in a row; `current` is what was read last. */
  | { readonly kind: 'lost'; readonly times: number; readonly current: T | null };

/**
 * Reads, decides, writes. Whoever loses the race reads and decides again: the decision was made of a document that stands
 * no more. `beside` is read at the same time as the document. @throws what the store or the decision throws
 */
export async function updateByCas<T, R, B = undefined>(
  store: Swappable<T>,
  decide: (current: T | null, beside: B) => CasDecision<T, R> | Promise<CasDecision<T, R>>,
  { mostLost, beside }: { readonly mostLost: number; readonly beside?: () => B | Promise<B> },
): Promise<CasOutcome<T, R>> {
  for (let lost = 0; ;) {
    const [read, seen] = await Promise.all([store.read(), beside?.()]);
    const current = read?.document ?? null;
    const decision = await decide(current, seen as B);
    if (decision.kind === 'again') continue;
    if (decision.kind === 'done') return { kind: 'done', result: decision.result };
    if (await store.write(decision.next, read?.etag ?? null)) return { kind: 'written', result: decision.result };
    lost += 1;
    if (lost === mostLost) return { kind: 'lost', times: lost, current };
  }
}
