import type { Tone } from './terminal';

/** Something that happened, for a person. */
export interface Shown {
  readonly text: string;
  readonly tone: Tone;
  /** Another node alerts now. */
  readonly newRole?: true;
}

type Entry = Readonly<Record<string, unknown>>;
type Describe = (source: string, entry: Entry) => Shown | null;

const text = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** What a reader is told of the events that are news to anybody; everything else needs --verbose. */
const NEWS: Readonly<Record<string, Describe>> = {
  promoted: (_, { because, active, epoch }) => ({
    text: `${text(active)} shall alert (epoch ${text(epoch)}): ${text(because)}`,
    tone: 'warn',
  }),
  'gate-opened': (node) => ({ text: `${node} alerts now: its gate is open`, tone: 'good', newRole: true }),
  'gate-closed': (node, { because }) => ({
    text: `${node} stands by: its gate is closed (${text(because)})`,
    tone: 'warn',
  }),
  'process-started': (node, { process, pid }) => ({
    text: `${node}: ${text(process)} runs (pid ${text(pid)})`,
    tone: 'faint',
  }),
  'process-exited': (node, { process, how }) => ({
    text: `${node}: ${text(process)} ended (${text(how)})`,
    tone: 'bad',
  }),
  'config-loaded': (node, { profile }) => ({
    text: `${node} runs the configuration${profile === 'normal' || profile === undefined ? '' : `, scraping less (${text(profile)})`}`,
    tone: 'faint',
  }),
  'store-object-unusable': (node, { where, what, fix }) => ({
    text: `${node} cannot use ${text(where)}: ${text(what)}; ${text(fix)}`,
    tone: 'bad',
  }),
  'config-waits-for-standby': (node) => ({
    text: `${node} waits with the configuration until a standby runs it`,
    tone: 'faint',
  }),
  'config-proved-itself': (node) => ({ text: `${node} has been well with the configuration`, tone: 'good' }),
  'config-refused': (_, { by, because }) => ({
    text: `no node runs the deployed configuration: ${text(by)} refuses it (${text(because)})`,
    tone: 'bad',
  }),
  'config-rejected': (node, { error }) => ({ text: `${node} refuses the configuration: ${text(error)}`, tone: 'bad' }),
  'profile-changed': (_, { because }) => ({ text: text(because), tone: 'warn' }),
  'queries-rerouted': (_, { because }) => ({ text: text(because), tone: 'warn' }),
  'remedy-called': (node, { remedy }) => ({ text: `${node} calls the remedy ${text(remedy)}`, tone: 'plain' }),
  'remedy-reconnected': (_, { because }) => ({ text: text(because), tone: 'good' }),
  'remedy-give-up': (_, { because }) => ({ text: text(because), tone: 'bad' }),
  alarm: (_, { alarm, state, before }) => {
    if (state === 'ALARM') return { text: `ALARM ${text(alarm)}`, tone: 'bad' };
    return state === 'OK' && before === 'ALARM' ? { text: `alarm ${text(alarm)} is over`, tone: 'good' } : null;
  },
};

/** Warnings that repeat, and those about what every start goes through; `--verbose` has them. */
const QUIET = new Set([
  'node-healthy',
  'not-promoted',
  'waiting-for',
  'config-pointer-missing',
  'probe-missed',
  'older-epoch-refused',
]);

/** A log line of an agent or a function as a person at the terminal wants it; null for all others. */
export function describeLine(source: string, line: string, verbose = false): Shown | null {
  const entry = parse(line);
  // Not a log line of ours: a crash, most likely, and worth showing.
  if (entry === null) return { text: `${source}: ${line}`, tone: 'bad' };
  const { event, level } = entry;
  if (typeof event !== 'string') return null;
  const bad = level === 'warn' || level === 'error';
  const tone = level === 'error' ? 'bad' : bad ? 'warn' : 'faint';
  if (verbose) return { text: `${source}: ${event}${details(entry)}`, tone };
  const news = Object.hasOwn(NEWS, event) ? NEWS[event] : undefined;
  if (news !== undefined) return news(source, entry);
  if (!bad || QUIET.has(event)) return null;
  return { text: `${source}: ${event}${details(entry)}`, tone };
}

function parse(line: string): Entry | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as Entry) : null;
  } catch {
    return null;
  }
}

function details(entry: Entry): string {
  const found = Object.entries(entry)
    .filter(([key]) => !['at', 'level', 'event'].includes(key))
    .map(([key, value]) => `${key}=${text(value)}`)
    .join(' ');
  return found === '' ? '' : `  ${found}`;
}
