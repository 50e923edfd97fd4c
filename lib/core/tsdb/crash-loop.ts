import { finding, type Finding } from './corruption';

/** How a Prometheus ended that its agent had started. */
export interface Exit {
  /** Ms since the Unix epoch. */
  readonly at: number;
  /** E.g. "exit code 1", "signal SIGKILL". */
  readonly how: string;
  /** Its `/-/ready` had answered with 200 before. */
  readonly wasReady: boolean;
}

export interface CrashLoop {
  readonly says: string;
  /** What it stumbles over is in the files of its storage, and not the volume or the machine under them. */
  readonly ofStorage: boolean;
  /** The block that it names as what it stumbles over; null: it names none. */
  readonly block: string | null;
}

const EXITS = 3;
/** With the longest pause between two starts, and a replay each. */
const WITHIN_MS = 600_000;
const STORAGE = /storage failed|corrupted block|segments are not sequential|unexpected .* record/i;
const NOT_ITS_FILES =
  /no space left|read-only file system|input\/output error|permission denied|too many open files|cannot allocate|\block\b/i;
/** Prometheus opens its blocks one by one, and ends at the first that does not open. */
const BLOCK = /corrupted block ([0-9A-HJKMNP-TV-Z]{26})\b/;

/**
 * Whether Prometheus ends again and again before it is ready: no metric tells, for there is nobody to scrape. Whoever is
 * killed by a signal has not stumbled over its storage. `log`: the end of its log.
 */
export function crashLoop(exits: readonly Exit[], log: string, now: number): CrashLoop | null {
  const last = exits.slice(-EXITS);
  if (last.length < EXITS || last.some(({ wasReady, at }) => wasReady || now - at > WITHIN_MS)) return null;
  const byItself = last.every(({ how }) => how.startsWith('exit code'));
  const panic = last.at(-1)!.how === PANIC_EXIT ? panicIn(log) : null;
  const error = panic?.says ?? lastError(log);
  const why = byItself && error !== null ? error : last.at(-1)!.how;
  const isOfStorage = panic?.ofStorage ?? (error !== null && STORAGE.test(error) && !NOT_ITS_FILES.test(error));
  const ofStorage = byItself && isOfStorage;
  return {
    says: `Prometheus ended ${EXITS} times in a row before it was ready: ${why}`,
    ofStorage,
    block: ofStorage ? (BLOCK.exec(why)?.[1] ?? null) : null,
  };
}

/**
 * What the recovery plan makes of a loop. Over a block: that one is quarantined. Over the rest of the storage: the head is
 * quarantined, once, and when that did not help another volume may. For any other reason, such as a killer or a
 * configuration, another volume would change nothing: a person is called, and it is started again and again.
 */
export function loopFinding({ says, ofStorage, block }: CrashLoop, headIsAside: boolean): Finding {
  if (block !== null) return finding('crash-loop', { path: block }, says, { repair: 'quarantine-block' });
  const over = ofStorage
    ? { repair: headIsAside ? ('none' as const) : ('quarantine-head' as const) }
    : { ifStarted: 'harmless' as const };
  return finding('crash-loop', { path: null }, says, over);
}

/** With which Go ends a program that panics; it then writes where, and no line of JSON. */
const PANIC_EXIT = 'exit code 2';
const IN_TSDB = /\/tsdb\//;

function panicIn(log: string): { readonly says: string; readonly ofStorage: boolean } | null {
  const at = log.lastIndexOf('\npanic: ');
  if (at === -1) return null;
  const text = log.slice(at + 1);
  return { says: text.split('\n')[0]!.slice(0, 300), ofStorage: IN_TSDB.test(text) };
}

/** Prometheus logs JSON lines, and ends with why. */
function lastError(log: string): string | null {
  for (const line of log.trimEnd().split('\n').reverse()) {
    try {
      const entry: unknown = JSON.parse(line);
      if (typeof entry !== 'object' || entry === null || !('err' in entry) || !('level' in entry)) continue;
      const { err, level } = entry;
      if (typeof err === 'string' && typeof level === 'string' && /error/i.test(level)) return err.slice(0, 300);
    } catch {
      // Half a line at the beginning, or what the runtime writes when it panics.
    }
  }
  return null;
}
