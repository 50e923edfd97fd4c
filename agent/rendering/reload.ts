import { sleep } from '../base/loop';

/** What a program says about its last reload. */
interface ReloadState {
  readonly successful: boolean;
  readonly succeededAt: number;
}

const WAIT_MS = 20_000;
const LOOK_EVERY_MS = 100;

/**
 * Reloads by `signal` and waits until the program's own metrics say that it took.
 * `isSame`: whether it is still the same process. @returns null when it did, else what went wrong
 */
export async function reloadAndVerify(
  metricsUrl: string,
  metricPrefix: string,
  signal: () => boolean,
  isSame: () => boolean = () => true,
): Promise<string | null> {
  const before = await readState(metricsUrl, metricPrefix);
  if (!signal()) return 'the process is not running';
  for (const deadline = Date.now() + WAIT_MS; Date.now() < deadline;) {
    await sleep(LOOK_EVERY_MS);
    if (!isSame()) return 'the program ended of it';
    const after = await readState(metricsUrl, metricPrefix).catch(() => null);
    if (after?.successful && after.succeededAt > before.succeededAt) return null;
    if (after !== null && before.successful && !after.successful)
      return 'the program rejected the configuration; see its log';
  }
  return `no successful reload within ${WAIT_MS / 1000} s; see the program's log`;
}

async function readState(url: string, prefix: string): Promise<ReloadState> {
  const response = await fetch(url, { signal: AbortSignal.timeout(5_000) });
  const text = await response.text();
  const value = (name: string): number => Number(new RegExp(`^${prefix}_${name} (\\S+)$`, 'm').exec(text)?.[1] ?? NaN);
  return {
    successful: value('config_last_reload_successful') === 1,
    succeededAt: value('config_last_reload_success_timestamp_seconds'),
  };
}
