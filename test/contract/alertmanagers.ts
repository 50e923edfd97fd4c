import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AgentEnv } from '../../agent/env';
import { pathsOf } from '../../agent/paths';
import { alertmanagerCommand } from '../../agent/process/programs';
import { PORTS } from '../../lib/core/names';
import type { NodeConfig } from '../../lib/core/node-documents';
import { toolDir } from '../../local/run/tool-dir';
import { resolveTools } from '../../local/tools';
import { eventually } from './agent-tools';

/** Real Alertmanagers, each with the command that an agent gives it, on loopback addresses. */
export class Alertmanagers {
  private readonly root = mkdtempSync(join(tmpdir(), 'promha-alertmanagers-'));
  private readonly running: ChildProcess[] = [];
  private bin!: string;

  constructor(
    private readonly peerTimeout: string,
    private readonly configuration: string,
  ) {}

  async prepare(): Promise<void> {
    this.bin = toolDir(join(this.root, 'bin'), await resolveTools(['alertmanager']));
  }

  /** Who is started later comes later in the cluster's order. Returns host:port. */
  start(address: string, peers: readonly string[]): string {
    const dir = join(this.root, address);
    const paths = pathsOf({ stateDir: dir, dataDir: join(dir, 'data'), binDir: this.bin } as AgentEnv);
    mkdirSync(join(paths.config, 'live'), { recursive: true });
    writeFileSync(join(paths.config, 'live', 'alertmanager.yml'), this.configuration);
    const config = { alertmanager: { peerTimeout: this.peerTimeout } } as NodeConfig;
    const { file, args, cwd } = alertmanagerCommand(config, paths, address, peers);
    this.running.push(spawn(file, [...args], { cwd, stdio: 'ignore' }));
    return `${address}:${PORTS.alertmanager}`;
  }

  /** Settled, all of them in one cluster, and in which order. */
  async settled(apis: readonly string[]): Promise<void> {
    const names: string[] = [];
    for (const api of apis) {
      const cluster = await eventually(`${api} has settled`, async () => {
        const answer = await fetch(`http://${api}/api/v2/status`);
        const { cluster } = (await answer.json()) as { cluster: { status: string; name: string; peers: unknown[] } };
        return cluster.status === 'ready' && cluster.peers.length === apis.length && cluster;
      });
      names.push(cluster.name);
    }
    expect([...names].sort()).toEqual(names);
  }

  stop(): void {
    for (const process of this.running) process.kill('SIGKILL');
    rmSync(this.root, { recursive: true, force: true });
  }
}
