import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NodeQuery } from '../../../agent/thanos/node-query';
import { ThanosProgram } from '../../../agent/thanos/program';
import { PORTS } from '../../../lib/contract/ports';
import { sidecarCommand } from '../../../lib/core/thanos/commands';
import { Prometheus } from '../../../lib/shell/prometheus/client';
import { toolDir } from '../../../local/run/tool-dir';
import { resolveTools } from '../../../local/tools';
import { eventually } from '../agent/agent-tools';
import { startLab, type Lab } from '../tsdb/scrub-lab';

/** A node's Prometheus and sidecar. */
export interface LabNode {
  readonly address: string;
  readonly prometheus: Lab;
  readonly sidecar: ChildProcess;
}

/** Two nodes as they run, and the read path of the first. */
export class ReadPathLab {
  private constructor(
    private readonly root: string,
    readonly nodes: readonly [LabNode, LabNode],
    readonly nodeQuery: NodeQuery,
    readonly thanos: string,
  ) {}

  static async start(addresses: readonly [string, string]): Promise<ReadPathLab> {
    const { prometheus, thanos } = await resolveTools(['prometheus', 'thanos']);
    const root = mkdtempSync(join(tmpdir(), 'promha-read-path-'));
    const [first, second] = await Promise.all(
      addresses.map((address, i) => startNode(join(root, String(i)), address, prometheus.path, thanos.path)),
    );
    const nodeQuery = new NodeQuery({
      paths: { config: root, pid: (name) => join(root, `${name}.pid`), log: (name) => join(root, `${name}.log`) },
      env: { units: false },
      address: addresses[0],
      loopback: addresses[0],
      nodes: () => addresses,
      // The least that it gets on any machine.
      machineMiB: 1_024,
      program: new ThanosProgram({ bin: toolDir(join(root, 'bin'), { thanos }) }, null, () => {}),
      log: () => {},
    });
    await nodeQuery.start();
    return new ReadPathLab(root, [first!, second!], nodeQuery, thanos.path);
  }

  /** Until it asks both nodes. */
  async whole(): Promise<void> {
    await eventually('both sidecars', async () => (await this.stores()) === 2);
    await eventually('it is well', () => this.nodeQuery.status.problem === null);
  }

  /** What clients reach. */
  get url(): string {
    return `http://${this.nodes[0].address}:${PORTS.nodeQuery}`;
  }

  /** How many sidecars it asks; those that fail are listed for five minutes more. */
  async stores(): Promise<number> {
    const { sidecar } = await new Prometheus(this.url, { timeoutMs: 5_000 }).stores();
    return (sidecar ?? []).filter(({ lastError }) => (lastError ?? null) === null).length;
  }

  async stop(): Promise<void> {
    await this.nodeQuery.stop();
    for (const { sidecar, prometheus } of this.nodes) {
      sidecar.kill('SIGKILL');
      await prometheus.stop('SIGKILL');
    }
    rmSync(this.root, { recursive: true });
  }
}

async function startNode(dir: string, address: string, prometheus: string, thanos: string): Promise<LabNode> {
  mkdirSync(dir);
  const listen = `${address}:${PORTS.prometheus}`;
  const config = `global: { scrape_interval: 1s, evaluation_interval: 1s, external_labels: { cluster: c, replica: "${address}" } }
rule_files: [rules.yml]
scrape_configs: [{ job_name: self, static_configs: [{ targets: ["${listen}"], labels: { instance: self } }] }]
`;
  writeFileSync(join(dir, 'rules.yml'), 'groups: [{ name: g, rules: [{ record: one, expr: vector(1) }] }]\n');
  // What is uploaded is not compacted: a sidecar wants to see that.
  const flags = [
    '--web.enable-lifecycle',
    '--storage.tsdb.min-block-duration=2h',
    '--storage.tsdb.max-block-duration=2h',
  ];
  const lab = await startLab(prometheus, dir, flags, config, listen);
  await lab.ready();
  const objstoreFile = join(dir, 'bucket.yml');
  writeFileSync(objstoreFile, `type: FILESYSTEM\nconfig: { directory: ${join(dir, 'bucket')} }\n`);
  const args = sidecarCommand({ address, tsdbPath: join(dir, 'data'), objstoreFile });
  return { address, prometheus: lab, sidecar: spawn(thanos, args, { stdio: 'ignore' }) };
}
