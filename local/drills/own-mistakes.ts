import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunState } from '../../lib/shell/local/run-state';

/**
 * What JavaScript throws at whoever made a mistake, as messageOf writes it down: nothing that a program, a network or AWS does. But for
 * what fetch throws when nobody listens, or the connection ends.
 */
const MISTAKE =
  /"(?:error|because)":"(?!TypeError: (?:fetch failed|terminated))((?:Range|Type|Reference)Error\b[^"]{0,200})/;

/** Of the logs of agents and functions since the system was started, each sentence once: what is caught and logged may switch off a part of them unheard. */
export function ownMistakes({ dir }: Pick<RunState, 'dir'>): string[] {
  const logs = join(dir, 'logs');
  const files = readdirSync(logs).filter((name) => name.endsWith('.jsonl'));
  return [...new Set(files.flatMap((name) => mistakesIn(readFileSync(join(logs, name), 'utf8'), name)))];
}

/** @param log one JSON object a line */
export function mistakesIn(log: string, name: string): string[] {
  return log.split('\n').flatMap((line) => {
    const said = MISTAKE.exec(line)?.[1];
    return said === undefined ? [] : [`${name}: ${said}`];
  });
}
