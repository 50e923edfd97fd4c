import type * as z from 'zod/mini';
import { documentFormat, type DocumentFormat, type ReadOnly } from '../../contract/document';

/** What the local run's programs and drills write for each other, or read of the programs that they drive. */
export const ownDocument = <S extends z.ZodMiniType>(what: string, shape: S): DocumentFormat<ReadOnly<z.output<S>>> =>
  documentFormat({ what, shape, maxBytes: Infinity, fix: 'start the local run anew', indented: false });
