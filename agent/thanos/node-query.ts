import { join } from 'node:path';
import type { NodeQueryStatus } from '../../lib/contract/documents/agent/part-status';
import { PORTS } from '../../lib/contract/ports';
import {
  endpointsArgument,
  endpointsConfig,
  nodeQueryCommand,
  nodeQueryMemoryMiB,
} from '../../lib/core/thanos/node-query';
import { probeTask, type TaskProbe } from '../../lib/shell/probes/thanos-prober';
import { readIfExists, writeAtomically } from '../base/files';
import type { Log } from '../base/log';
import { every, type Loop } from '../base/loop';
import type { Paths } from '../base/paths';
import type { AgentEnv } from '../base/env';
import { inUnits, ofNodeQuery } from '../process/sandboxes';
import { Supervisor } from '../process/supervisor';
import type { ThanosProgram } from './program';

const LOOK_MS = 2_000;
const PROBE_MS = 2_000;
/** A look that is older than this says nothing any more: the agent has been busy with something else. */
const STALE_MS = 10_000;

export interface NodeQueryOptions {
  readonly paths: Pick<Paths, 'config' | 'pid' | 'log'>;
  readonly env: Pick<AgentEnv, 'units'>;
  readonly address: string;
  /** Where only this node reaches it. */
  readonly loopback: string;
  /** Addresses of all nodes, of every shard. */
  readonly nodes: () => readonly string[];
  /** Memory of the machine, of which it may take a part. */
  readonly machineMiB: number;
  readonly program: ThanosProgram;
  readonly log: Log;
}

/**
 * The node's `thanos query`, which is all that clients reach of a node: the process, whom it asks, and whether it answers.
 * Whatever is asked there, and whatever becomes of it, Prometheus and the gate go on.
 */
export class NodeQuery {
  private readonly process: Supervisor;
  private readonly endpointsFile: string;
  private loop: Loop | null = null;
  private stopped = false;
  private leaving = false;
  private probed: { readonly at: number; readonly probe: TaskProbe } | null = null;

  constructor(private readonly options: NodeQueryOptions) {
    const { paths, env, address, loopback, machineMiB, program, log } = options;
    this.endpointsFile = join(paths.config, 'thanos-endpoints.yml');
    const memoryMiB = nodeQueryMemoryMiB(machineMiB);
    const args = nodeQueryCommand({ address, loopback, endpointsFile: this.endpointsFile, memoryMiB });
    this.process = new Supervisor({
      name: 'node-query',
      ...inUnits(env, ofNodeQuery),
      command: () => ({ file: program.file, cwd: paths.config, args, bounds: { memoryMiB } }),
      // Not its address: two local runs beside each other have the same ones, each in a network of its own.
      marker: endpointsArgument(this.endpointsFile),
      pidFile: paths.pid('node-query'),
      logFile: paths.log('node-query'),
      onExit: () => {},
      log,
    });
  }

  adopt(): boolean {
    return this.process.adopt();
  }

  /** Starts it once it is installed; nobody waits. */
  async start(): Promise<void> {
    const { program, log } = this.options;
    if (!(await program.installed()) || this.stopped) return;
    this.keepEndpoints();
    this.process.start();
    this.loop = every(LOOK_MS, 'node-query', () => this.round(), log);
  }

  get status(): NodeQueryStatus {
    const { pid, restarts, lastExit } = this.process.record;
    return { pid, restarts, lastExit, problem: this.problem(performance.now()) };
  }

  /** Before the machine goes: it still answers, and the load balancer is told to send nothing more. */
  retire(): void {
    this.leaving = true;
  }

  release(): void {
    this.stopped = true;
    this.loop?.stop();
    this.process.release();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.loop?.stop();
    await this.process.stop();
  }

  private problem(now: number): string | null {
    const { probed, process } = this;
    if (this.leaving) return 'this node is about to end';
    if (process.pid === null) return `it does not run (${process.record.lastExit ?? 'never started'})`;
    if (probed === null || now - probed.at > STALE_MS) return 'nobody has asked it lately';
    if (probed.probe.error !== null) return probed.probe.error;
    return probed.probe.blind ? 'it finds no sidecar that is well' : null;
  }

  private async round(): Promise<void> {
    this.keepEndpoints();
    const task = { address: this.options.address, port: PORTS.nodeQuery, inService: true };
    const probe = await probeTask(task, PROBE_MS);
    this.probed = { at: performance.now(), probe };
  }

  private keepEndpoints(): void {
    const text = endpointsConfig(this.options.nodes());
    if (readIfExists(this.endpointsFile) !== text) writeAtomically(this.endpointsFile, text);
  }
}
