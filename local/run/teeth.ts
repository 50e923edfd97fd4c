import { UserError } from '../../lib/contract/errors';
import { hint } from '../../lib/contract/nearest';

/**
 * Where AWS refuses or takes its time, the local run does the same. Each of these is a name for `--without NAME`; its
 * settings are numbers for `--set NAME.SETTING=NUMBER`. docs/local-run.md has where AWS says so.
 */
export const TEETH = {
  /** Points come so much later than they were written; alarms look at so many periods beyond N. */
  cloudwatch: { lateFromMs: 5_000, lateToMs: 40_000, periodsBeyondN: 2 },
  /** Hosts let through what their deployed security groups let through. Needs root. */
  'security-groups': {},
  /** AWS's APIs answer whom the deployed route tables and endpoints let through to them. Needs root. */
  routes: {},
  /** Functions, nodes and tasks call with credentials of their deployed roles, and are refused what IAM would refuse. */
  iam: {},
  /**
   * Lambda: executions at once in the account, 10 in a new one and 1,000 by default; the start of an execution environment; a
   * VPC function that nobody calls for `idleMs` sleeps, and takes `wakeMs` to wake.
   */
  lambda: { concurrency: 10, coldStartMs: 1_000, idleMs: 14 * 86_400_000, wakeMs: 60_000 },
  /** S3 answers so much later than the emulator does. */
  's3-latency': { readMs: 20, writeMs: 40 },
  /**
   * A changed listener takes effect so late, a new target is `initial` for so long, and a connection that is idle ends. AWS
   * says "a few minutes" of targets, its support 180 to 300 s (2023); of listeners it says nothing, and waits ten minutes
   * itself where ECS shifts weights; 75 s was measured (2019).
   */
  nlb: { listenerMs: 75_000, targetMs: 180_000, idleMs: 350_000 },
  /** CreateService is refused while no listener forwards to its target group; a task takes so long to start. */
  ecs: { taskStartMs: 30_000 },
  /** A name that was not there stays unknown for so long, unless its namespace says otherwise (SOA). */
  dns: { negativeTtlMs: 300_000 },
} as const satisfies Record<string, Readonly<Record<string, number>>>;

export type Tooth = keyof typeof TEETH;

/** null: left out. */
export type Teeth = { readonly [T in Tooth]: { readonly [S in keyof (typeof TEETH)[T]]: number } | null };

/** What `npm start` and `npm run drill` take, as parseArgs wants it. */
export const TEETH_OPTIONS = {
  without: { type: 'string', multiple: true },
  set: { type: 'string', multiple: true },
} as const;
export const TEETH_USAGE = '[--without NAME] [--set NAME.SETTING=NUMBER]';

/** @throws UserError a name or setting that is none, or a value that is no number. */
export function readTeeth(asked: { readonly without?: readonly string[]; readonly set?: readonly string[] }): Teeth {
  const teeth: Record<string, Record<string, number> | null> = structuredClone(TEETH);
  for (const text of asked.set ?? []) {
    const [, name = '', setting = '', value = ''] = /^([^.=]*)\.?([^=]*)=?(.*)$/.exec(text) ?? [];
    const settings = TEETH[known(name, '--set')];
    if (!Object.hasOwn(settings, setting)) throw wrong('--set: unknown setting', text, settingsOf(name, settings));
    if (!/^\d+$/.test(value)) throw wrong('--set: not a number', text, `${name}.${setting}=<integer of at least 0>`);
    teeth[name]![setting] = Number(value);
  }
  for (const name of asked.without ?? []) teeth[known(name, '--without')] = null;
  return teeth as Teeth;
}

function known(name: string, option: string): Tooth {
  if (Object.hasOwn(TEETH, name)) return name as Tooth;
  const names = Object.keys(TEETH);
  throw wrong(`${option}: unknown name`, name, `one of ${names.join(', ')}`, hint(name, names));
}

const settingsOf = (name: string, settings: object): string =>
  Object.entries(settings)
    .map(([setting, value]) => `${name}.${setting}=${value}`)
    .join(', ');

const wrong = (what: string, got: string, expected: string, near = ''): UserError =>
  new UserError({ what, got, expected, fix: `npm start -- ${TEETH_USAGE}${near}` });

/** Evenly between the two. */
export const between = (fromMs: number, toMs: number, random: () => number = Math.random): number =>
  fromMs + random() * Math.max(0, toMs - fromMs);
