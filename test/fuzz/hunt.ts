import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { buildSync } from 'esbuild';
import { ROOT } from '../fixtures/config-dir';
import { CurrentCase, type HuntNews, type HuntOrder } from './shared';

export interface HuntOptions {
  readonly names: readonly string[];
  readonly cases: number;
  readonly seed: number;
  /** So long one case may take, ms. */
  readonly hangMs: number;
}

export interface Finding {
  readonly name: string;
  /** How many cases of this parser were tried when it was found. */
  readonly afterCases: number;
  readonly says: string;
  readonly input: string;
}

export interface Hunted {
  readonly cases: number;
  readonly findings: readonly Finding[];
}

const HEAP_MB = 512;

/**
 * Tries every parser in a thread of its own, which is ended when a case takes too long or too much memory; the next parser gets
 * a new one.
 */
export async function huntAll(options: HuntOptions): Promise<Hunted> {
  const dir = mkdtempSync(join(tmpdir(), 'promha-fuzz-'));
  const outfile = join(dir, 'thread.cjs');
  const entryPoints = [join(__dirname, 'thread.ts')];
  try {
    buildSync({ entryPoints, outfile, bundle: true, platform: 'node', logLevel: 'error', absWorkingDir: ROOT });
    let cases = 0;
    const findings: Finding[] = [];
    for (let names = options.names; names.length > 0;) {
      const done = await huntIn(outfile, { ...options, names });
      cases += done.cases;
      findings.push(...done.findings);
      names = names.slice(done.ended);
    }
    return { cases, findings };
  } finally {
    rmSync(dir, { recursive: true });
  }
}

/** `ended`: how many of the parsers this thread is done with. */
async function huntIn(file: string, options: HuntOptions): Promise<Hunted & { readonly ended: number }> {
  const { names, cases, seed, hangMs } = options;
  const current = new CurrentCase();
  const order: HuntOrder = { names, cases, seed, memory: current.memory };
  const thread = new Worker(file, { workerData: order, resourceLimits: { maxOldGenerationSizeMb: HEAP_MB } });
  const findings: Finding[] = [];
  let ended = 0;
  let before = 0;
  let sum = 0;
  thread.on('message', ({ name, cases: tried, failure }: HuntNews) => {
    ended += 1;
    sum += tried;
    before = current.count;
    if (failure !== null) findings.push({ name, afterCases: tried, ...failure });
  });
  const killed = (says: string): void => {
    const afterCases = current.count - before;
    findings.push({ name: names[ended]!, afterCases, says, input: current.input });
    sum += afterCases;
    ended += 1;
  };
  let exited = false;
  const exit = new Promise<void>((resolve) =>
    thread.on('exit', () => {
      exited = true;
      resolve();
    }),
  );
  let died: Error | null = null;
  thread.on('error', (error) => (died = error));
  // Loading it is no case.
  for (let count = 0, since = performance.now(); !exited;) {
    await Promise.race([exit, sleep(100)]);
    if (current.count === 0) since = performance.now();
    else if (count !== current.count) [count, since] = [current.count, performance.now()];
    else if (performance.now() - since > hangMs && ended < names.length) {
      await thread.terminate();
      killed(`it had not ended after ${hangMs} ms`);
    }
  }
  if (died !== null) killed(`the thread died: ${String(died)}`);
  return { cases: sum, findings, ended };
}
