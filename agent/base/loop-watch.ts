import { Worker } from 'node:worker_threads';

/** A loop that has not turned for so long answers nobody; longer than the longest work that it is known to do at once. */
const STALLED_MS = 5_000;
const LOOK_MS = 250;

export interface LoopWatchOptions {
  /** Said on stdout and appended to `logFile`, as a line of the agent's log, before the end. */
  readonly node: string;
  readonly logFile: string;
  readonly stalledMs?: number;
  readonly lookMs?: number;
}

/**
 * What the thread does, as text: with the agent's own file it would take 80 MB instead of 18. It counts its own looks, not the time: of a
 * machine or a process that stood still as a whole it has had no more looks than the loop had turns. It says so by itself,
 * as what a thread prints goes through the loop that stands still.
 */
const THREAD = `
const { appendFileSync, writeSync } = require('node:fs');
const { turns, node, logFile, most, lookMs } = require('node:worker_threads').workerData;
let [seen, without] = [0, 0];
setInterval(() => {
  const now = Atomics.load(turns, 0);
  without = now === seen ? without + 1 : 0;
  seen = now;
  if (without < most) return;
  const entry = { at: new Date().toISOString(), level: 'error', event: 'agent-loop-stalled', node, stoodMs: without * lookMs };
  for (const write of [(line) => writeSync(1, line), (line) => appendFileSync(logFile, line)])
    try { write(JSON.stringify(entry) + '\\n'); } catch {} // nobody reads, or the disk is full
  process.kill(process.pid, 'SIGKILL');
}, lookMs);
`;

/**
 * Ends this process when its event loop stands still, for whatever reason: systemd starts the agent anew within a second, and what it
 * started goes on (docs/decisions/0006).
 */
export function watchLoop({ node, logFile, stalledMs = STALLED_MS, lookMs = LOOK_MS }: LoopWatchOptions): void {
  const turns = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  setInterval(() => Atomics.add(turns, 0, 1), lookMs).unref();
  const workerData = { turns, node, logFile, lookMs, most: Math.ceil(stalledMs / lookMs) };
  new Worker(THREAD, {
    eval: true,
    workerData,
    resourceLimits: { maxOldGenerationSizeMb: 8, maxYoungGenerationSizeMb: 2 },
  }).unref();
}
