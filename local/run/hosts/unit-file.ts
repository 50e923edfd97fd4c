/** What the local run needs to know of a systemd unit; it plays systemd for exactly these settings. */
export interface Unit {
  readonly execStart: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly restart: boolean;
  readonly restartMs: number;
  /** How long it may take to stop, before it is killed. */
  readonly stopMs: number;
}

/** @throws Error for a unit without ExecStart or with a Restart= that is not played here */
export function parseUnit(text: string): Unit {
  const settings = text
    .split('\n')
    .map((line) => /^(\w+)=(.*)$/.exec(line.trim()))
    .filter((match) => match !== null)
    .map(([, name, value]) => [name!, value!] as const);
  const last = (name: string): string | undefined => settings.filter(([n]) => n === name).at(-1)?.[1];
  const execStart = last('ExecStart');
  if (execStart === undefined) throw new Error('the unit has no ExecStart');
  const restart = last('Restart') ?? 'no';
  if (restart !== 'no' && restart !== 'always')
    throw new Error(`Restart=${restart} is not played by the local run, only always and no`);
  return {
    execStart: execStart.split(/\s+/),
    environment: Object.fromEntries(
      settings
        .filter(([name]) => name === 'Environment')
        .map(([, value]) => value.replace(/^"|"$/g, '').split(/=(.*)/s).slice(0, 2) as [string, string]),
    ),
    restart: restart === 'always',
    restartMs: seconds(last('RestartSec') ?? '0.1') * 1000,
    // systemd's own default.
    stopMs: seconds(last('TimeoutStopSec') ?? '90') * 1000,
  };
}

function seconds(text: string): number {
  const value = Number(text.replace(/s$/, ''));
  if (Number.isNaN(value)) throw new Error(`${text} is no duration understood by the local run: use seconds`);
  return value;
}
