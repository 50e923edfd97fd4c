import { readFileSync } from 'node:fs';
import { findMarked, MARKS } from './processes';

/** As the kernel has it: 15 characters, and Debian's package of Alertmanager names it after Prometheus. */
const commsOf = (program: string): string[] => [program, `prometheus-${program}`].map((name) => name.slice(0, 15));

/** Pids of a node's processes of one program. */
export function programPids(runId: string, node: string, program: string): number[] {
  return findMarked({ [MARKS.run]: runId, [MARKS.instance]: node }).filter((pid) => {
    try {
      return commsOf(program).includes(readFileSync(`/proc/${pid}/comm`, 'utf8').trim());
    } catch {
      return false; // ended meanwhile
    }
  });
}
