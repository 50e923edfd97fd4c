import type { FuzzInput } from './target';

/** What a thread is given. */
export interface HuntOrder {
  readonly names: readonly string[];
  readonly cases: number;
  readonly seed: number;
  readonly memory: SharedArrayBuffer;
}

/** What a thread tells at the end of each parser. */
export interface HuntNews {
  readonly name: string;
  readonly cases: number;
  /** null: nothing. */
  readonly failure: { readonly says: string; readonly input: string } | null;
}

const HEAD = 16;
const MOST = 2 ** 20;

/** The case that is under way, where whoever ends the thread can read it. */
export class CurrentCase {
  private readonly head: Int32Array;
  private readonly bytes: Buffer;

  constructor(readonly memory: SharedArrayBuffer = new SharedArrayBuffer(HEAD + MOST)) {
    this.head = new Int32Array(memory, 0, 3);
    this.bytes = Buffer.from(memory, HEAD);
  }

  /** Rises with each case. */
  get count(): number {
    return Atomics.load(this.head, 0);
  }

  begin(input: FuzzInput): void {
    const bytes = typeof input === 'string' ? Buffer.from(input) : input;
    this.bytes.set(bytes.subarray(0, MOST));
    Atomics.store(this.head, 1, Math.min(MOST, bytes.length));
    Atomics.store(this.head, 2, typeof input === 'string' ? 1 : 0);
    Atomics.add(this.head, 0, 1);
  }

  get input(): string {
    const bytes = Buffer.from(this.bytes.subarray(0, Atomics.load(this.head, 1)));
    return shown(Atomics.load(this.head, 2) === 1 ? bytes.toString() : bytes);
  }
}

/** For a regression test: JSON of a text, hexadecimal of bytes. */
export const shown = (input: FuzzInput): string =>
  typeof input === 'string' ? JSON.stringify(input) : `hex ${Buffer.from(input).toString('hex')}`;
