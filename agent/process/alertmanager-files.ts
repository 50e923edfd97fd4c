import { closeSync, existsSync, fstatSync, openSync, readSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import type { Paths } from '../base/paths';
import type { Log } from '../base/log';

/** Of Alertmanager's last words, when it cannot read one of its own files: it ends, and would end so at each start. */
const UNREADABLE: readonly (readonly [file: string, says: string])[] = [
  ['silences', 'error creating silence: '],
  ['nflog', 'error creating notification log: '],
];

const LAST_WORDS_BYTES = 4_096;

/**
 * Before a start: the file that ended the last one is put beside, as `….unreadable`. Alertmanager makes a new one, of what the
 * others in its cluster know. Without others its silences are lost, and it notifies.
 */
export async function setAsideUnreadable(paths: Pick<Paths, 'data' | 'log'>, log: Log): Promise<void> {
  const said = lastWords(paths.log('alertmanager'));
  for (const [name, says] of UNREADABLE) {
    const file = join(paths.data, 'alertmanager', name);
    if (!said.includes(says) || !existsSync(file)) continue;
    renameSync(file, `${file}.unreadable`);
    log('error', 'alertmanager-file-set-aside', {
      file,
      keptAs: `${file}.unreadable`,
      because: `Alertmanager could not read it (${said}); the others in its cluster tell it what they know`,
    });
  }
}

/** The last line of a file, or as much of it as is asked for; empty when there is none. */
function lastWords(path: string): string {
  if (!existsSync(path)) return '';
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    const bytes = Buffer.alloc(Math.min(size, LAST_WORDS_BYTES));
    readSync(file, bytes, 0, bytes.length, size - bytes.length);
    return bytes.toString().trimEnd().split('\n').at(-1) ?? '';
  } finally {
    closeSync(file);
  }
}
