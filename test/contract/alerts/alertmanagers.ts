import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AgentEnv } from '../../../agent/base/env';
import { pathsOf, type Paths } from '../../../agent/base/paths';
import { openLog } from '../../../agent/process/log-file';
import { alertmanagerCommand } from '../../../agent/process/programs';
import type { NodeConfig } from '../../../lib/contract/documents/node-config';
import { PORTS } from '../../../lib/contract/ports';
import { toolDir } from '../../../local/run/tool-dir';
import { resolveTools } from '../../../local/tools';
import { eventually, servePager } from '../agent/agent-tools';

/** Real Alertmanagers, each with the command that an agent gives it, on loopback addresses; and whom they tell. */
export class Alertmanagers {
  private readonly root = mkdtempSync(join(tmpdir(), 'promha-alertmanagers-'));
  private running = new Map<string, ChildProcess>();
  private bin!: string;
  private pager!: Awaited<ReturnType<typeof servePager>>;

  constructor(
    private readonly peerTimeoutMs: number,
    private readonly groupIntervalMs: number,
    /** More of their configuration, YAML. */
    private readonly more = '',
    /** Child routes, YAML in one line. */
    private readonly routes = '[]',
  ) {}

  async prepare(): Promise<void> {
    this.pager = await servePager();
    this.bin = toolDir(join(this.root, 'bin'), await resolveTools(['alertmanager']));
  }

  /** What was told of an alert, in order. */
  told(name: string): string[] {
    return this.pager.got.flatMap(({ alerts }) =>
      alerts.filter((a) => a.labels.alertname === name).map((a) => a.status),
    );
  }

  pathsOf(address: string): Paths {
    const dir = join(this.root, address);
    return pathsOf({ stateDir: dir, dataDir: join(dir, 'data'), binDir: this.bin } as AgentEnv);
  }

  /** They are in the cluster in the order of their addresses. `tlsConfig`: of its gossip; null: that is plain. Returns host:port. */
  start(address: string, peers: readonly string[], tlsConfig: string | null = null): string {
    const paths = this.pathsOf(address);
    mkdirSync(join(paths.config, 'live'), { recursive: true });
    const timing = `group_wait: 1s, group_interval: ${this.groupIntervalMs}ms, repeat_interval: 4h`;
    writeFileSync(
      join(paths.config, 'live', 'alertmanager.yml'),
      `route: { receiver: pager, group_by: [alertname], ${timing}, routes: ${this.routes} }\n` +
        `receivers: [{ name: pager, webhook_configs: [{ url: '${this.pager.url}', send_resolved: true }] }]\n` +
        this.more,
    );
    const config = { node: 'node', alertmanager: { peerTimeout: `${this.peerTimeoutMs}ms` } } as NodeConfig;
    const { file, args, cwd } = alertmanagerCommand(config, paths, address, peers, tlsConfig);
    const output = openLog(paths.log('alertmanager'));
    this.running.set(address, spawn(file, [...args], { cwd, stdio: ['ignore', output, output] }));
    closeSync(output);
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

  /** SIGKILL of every one at once, or of these. */
  async kill(addresses: readonly string[] = [...this.running.keys()]): Promise<void> {
    const killed = addresses.map((address) => this.ended(address));
    for (const address of addresses) this.running.get(address)!.kill('SIGKILL');
    await Promise.all(killed);
    for (const address of addresses) this.running.delete(address);
  }

  /** Resolves when the one that was started there has ended. */
  async ended(address: string): Promise<void> {
    const process = this.running.get(address)!;
    if (process.exitCode === null && process.signalCode === null) await once(process, 'exit');
  }

  async stop(): Promise<void> {
    await this.kill();
    rmSync(this.root, { recursive: true, force: true });
    this.pager.server.closeAllConnections();
    this.pager.server.close();
  }
}
