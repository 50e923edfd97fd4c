import type * as fc from 'fast-check';

/** What a parser is given: text or bytes. */
export type FuzzInput = string | Uint8Array;

/** One parser. What it may do with whatever it is given: return, or refuse in its own words. */
export interface FuzzTarget {
  readonly name: string;
  readonly inputs: fc.Arbitrary<FuzzInput>;
  /** @throws for a finding, and nothing else */
  readonly run: (input: FuzzInput) => void | Promise<void>;
}

export const textTarget = (
  name: string,
  inputs: fc.Arbitrary<string>,
  run: (text: string) => void | Promise<void>,
): FuzzTarget => ({ name, inputs, run: (input) => run(String(input)) });

export const bytesTarget = (
  name: string,
  inputs: fc.Arbitrary<Uint8Array>,
  run: (bytes: Buffer) => void | Promise<void>,
): FuzzTarget => ({ name, inputs, run: (input) => run(Buffer.from(input as Uint8Array)) });
