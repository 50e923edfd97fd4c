import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import type { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Cleanup } from '../hosts/cleanup';
import type { Instance } from '../hosts/instance';
import { renderHaproxy, renderBaseline, type DeployedListener } from './load-balancer';
import { launch, MARKS, type Running } from '../hosts/processes';
import { readListeners, type Locate } from './read-listeners';
import type { Tool } from '../tool-dir';

export interface LoadBalancerOptions {
  readonly tool: Tool;
  readonly elb: ElasticLoadBalancingV2Client;
  readonly instances: ReadonlyMap<string, Instance>;
  readonly dir: string;
  readonly runId: string;
  readonly env: Readonly<Record<string, string>>;
  readonly bind: string;
  /** Address that it connects to targets from; null: whichever the machine takes. */
  readonly source: string | null;
  /** Of the baseline's statistics. */
  readonly baselineSocket: string;
  readonly cleanup: Cleanup;
  readonly onEvent: (what: string, how: string) => void;
}

const UP_MS = 5_000;

/** HAProxy with the deployed listeners and whatever they point to; a second one is the baseline. */
export class LoadBalancer {
  private readonly files: { readonly socket: string; readonly state: string; readonly config: string };
  private readonly locate: Locate;
  private config = '';
  private process: Running | undefined;
  private baseline: Running | undefined;
  private baselineConfig = '';

  constructor(private readonly o: LoadBalancerOptions) {
    const dir = join(o.dir, 'haproxy');
    mkdirSync(dir, { recursive: true });
    // Not in there: HAProxy adds to the path of a socket, which must stay short.
    this.files = { socket: join(o.dir, 'nlb.sock'), state: join(dir, 'state'), config: join(dir, 'haproxy.cfg') };
    this.locate = (id, port) => {
      if (!id.startsWith('i-')) return { name: id, address: id, port };
      // One that is just being replaced is registered before it boots.
      const instance = [...o.instances.values()].find((i) => i.deployed.instanceId === id);
      return instance === undefined ? null : { name: instance.deployed.node, address: instance.address, port };
    };
  }

  async start(): Promise<void> {
    const listeners = await readListeners(this.o.elb, this.locate);
    await this.apply(listeners);
    await this.watchNodes(listeners);
  }

  /** The baseline knows nodes by their addresses; one that is replaced has another. */
  private async watchNodes(listeners: readonly DeployedListener[]): Promise<void> {
    const nodes = listeners.find((l) => l.group.ofInstances)?.group;
    if (nodes === undefined) return;
    const text = renderBaseline(nodes, this.o.baselineSocket);
    if (text === this.baselineConfig) return;
    const config = join(this.o.dir, 'haproxy', 'baseline.cfg');
    writeFileSync(config, text);
    this.baselineConfig = text;
    const before = this.baseline;
    this.baseline = undefined;
    await before?.stop(2_000);
    this.baseline = this.launch('haproxy-baseline', ['-f', config]);
  }

  /** Reads anew where the listeners point and who is registered. */
  async refresh(): Promise<void> {
    const listeners = await readListeners(this.o.elb, this.locate);
    await this.apply(listeners);
    await this.watchNodes(listeners);
  }

  /** The successor takes the listening sockets over, so that no connection is refused; open ones stay where they are. */
  private async apply(listeners: readonly DeployedListener[]): Promise<void> {
    const config = renderHaproxy(listeners, this.o, this.files);
    if (config === this.config) return;
    const before = this.process;
    writeFileSync(this.files.state, before === undefined ? '' : await ask(this.files.socket, 'show servers state'));
    writeFileSync(this.files.config, config);
    this.config = config;
    const replaces = before === undefined ? [] : ['-x', this.files.socket, '-sf', String(before.pid)];
    this.process = this.launch('haproxy', ['-f', this.files.config, ...replaces]);
    await this.untilUp(this.process);
  }

  /** Told to end before it is up, it would not tell its predecessor to. @throws Error when it does not come up */
  private async untilUp({ pid, isRunning }: Running): Promise<void> {
    for (const end = Date.now() + UP_MS; Date.now() < end && isRunning();) {
      const info = await ask(this.files.socket, 'show info').catch(() => ''); // not its socket yet, or just changing hands
      if (info.split('\n').includes(`Pid: ${pid}`)) return;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    throw new Error(`HAProxy did not come up; see ${join(this.o.dir, 'logs', 'haproxy.log')}`);
  }

  private launch(name: string, args: readonly string[]): Running {
    const { o } = this;
    const haproxy = launch({
      name,
      command: o.tool.path,
      args: ['-db', ...args],
      env: { ...o.env, ...o.tool.env, [MARKS.run]: o.runId },
      log: join(o.dir, 'logs', `${name}.log`),
    });
    o.cleanup.defer(`stop ${name}`, () => haproxy.stop(2_000));
    void haproxy.ended.then((how) => {
      // One that was replaced ends when its last connection does.
      if (haproxy === this.process || haproxy === this.baseline) o.onEvent(name, how);
    });
    return haproxy;
  }
}

function ask(path: string, command: string): Promise<string> {
  return new Promise((resolve, reject) => {
    if (!existsSync(path)) return resolve('');
    let answer = '';
    const socket = createConnection(path, () => socket.write(`${command}\n`));
    socket
      .setEncoding('utf8')
      .setTimeout(1_000, () => socket.destroy(new Error(`HAProxy did not answer ${command} in time`)))
      .on('data', (chunk: string) => (answer += chunk))
      .once('end', () => resolve(answer))
      .once('error', reject);
  });
}
