import { z } from 'zod';
import type { GoModule, PinnedRelease, Released } from '../../../lib/contract/versions';

/** Of versions.json no more than what is changed here; the rest goes through as it is. */
const file = z.looseObject({});
const release = z.object({ module: z.object({ path: z.string(), version: z.string(), sum: z.string().optional() }) });

/** @throws Error when the file is not what it was */
export function moduleOf(text: string, program: Released): GoModule {
  return release.parse(file.parse(JSON.parse(text))[program]).module;
}

/** The file with one entry anew, everything else and the order as it was. */
export function withEntry(text: string, program: Released, entry: PinnedRelease): string {
  return `${JSON.stringify({ ...file.parse(JSON.parse(text)), [program]: entry }, null, 2)}\n`;
}
