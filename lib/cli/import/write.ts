import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Plan } from './plan';

/** A file of an import beside what lies there. */
export interface Written {
  readonly file: string;
  /** What is there before: nothing, the same, or something else, which only `--force` overwrites. */
  readonly before: 'nothing' | 'the same' | 'something else';
}

/** What would be written where. cluster.ts is not among them: it only gets lines. */
export function compare({ files }: Pick<Plan, 'files'>, dir: string): Written[] {
  return Object.entries(files)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([place, text]) => {
      const file = join(dir, place);
      const before = !existsSync(file)
        ? 'nothing'
        : readFileSync(file, 'utf8') === text
          ? 'the same'
          : 'something else';
      return { file, before };
    });
}

/** Writes it all; cluster.ts comes last, so that an interrupted import is one that is begun again. */
export function write({ files, cluster }: Pick<Plan, 'files' | 'cluster'>, dir: string, clusterFile: string): void {
  for (const [place, text] of Object.entries(files)) {
    const file = join(dir, place);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  if (cluster !== null && cluster !== readFileSync(clusterFile, 'utf8')) writeFileSync(clusterFile, cluster);
}
