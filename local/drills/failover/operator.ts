import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { operate, type OperateOutcome } from '../../../lib/shell/assignment/operate';
import { probeNode } from '../../../lib/shell/probes/prober';
import type { Operation } from '../../../lib/core/failover/operations';
import { DEFAULT_POLICY } from '../../../lib/contract/documents/policy';
import type { StatusReport } from '../../../lib/core/status/status';
import { sleepUnlessStopped } from '../clock';
import type { TestBed } from '../test-bed';
import { ownDocument } from '../../../lib/shell/local/own-document';
import { fields, listOf, text } from '../../../lib/contract/shape';

const STATUS = ownDocument('output of promha status', fields({ problems: listOf(text) }));

/** An operator's request, by the same code as promha's. @throws Error when it was refused or not seen to work */
export async function ask(world: TestBed, operation: Operation): Promise<OperateOutcome> {
  const { state, store, signal } = world;
  const outcome = await operate(operation, {
    store,
    nodes: state.nodes.map((n) => n.node),
    probeAll: async (knownEpoch) => {
      const probes = state.nodes.map((n) => probeNode(n.node, n.address, 1_000, Date.now, knownEpoch));
      return new Map((await Promise.all(probes)).map((probe) => [probe.node, probe]));
    },
    operator: 'a drill',
    policy: DEFAULT_POLICY,
    now: Date.now,
    sleep: (ms) => sleepUnlessStopped(ms, signal),
  });
  if (!outcome.done) throw new Error(outcome.because);
  return outcome;
}

/** What `promha status --local --json` says, and its exit code; the command itself, as a person would call it. */
export function promhaStatus(): Promise<{ readonly code: number; readonly report: Pick<StatusReport, 'problems'> }> {
  const args = [join(__dirname, '../../../bin/promha.cjs'), 'status', '--local', '--json'];
  return new Promise((resolve, reject) => {
    execFile(process.execPath, args, { timeout: 30_000 }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
      try {
        resolve({ code, report: STATUS.parse(stdout, 'promha status') });
      } catch {
        reject(new Error(`promha status: exit ${code}, ${stderr.trim()}`));
      }
    });
  });
}
