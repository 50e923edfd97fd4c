import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import type { Cleanup } from '../hosts/cleanup';
import { launch, MARKS, type Running } from '../hosts/processes';
import type { Tool } from '../tool-dir';
import { serversUp, type HaproxyFiles } from './load-balancer';

export interface HaproxyOptions {
  readonly tool: Tool;
  /** Of the run. */
  readonly dir: string;
  readonly runId: string;
  readonly env: Readonly<Record<string, string>>;
  readonly cleanup: Cleanup;
  readonly onEvent: (what: string, how: string) => void;
}

const UP_MS = 5_000;

/** An HAProxy that is replaced by a successor when its configuration changes. */
export class Haproxy {
  readonly files: HaproxyFiles & { readonly config: string };
  private config = '';
  private process: Running | undefined;

  /** @param name of its log and its files */
  constructor(
    private readonly o: HaproxyOptions,
    private readonly name: string,
    socket: string,
  ) {
    const dir = join(o.dir, 'haproxy');
    mkdirSync(dir, { recursive: true });
    this.files = {
      socket,
      state: join(dir, `${name}.state`),
      hole: `${socket}.hole`,
      config: join(dir, `${name}.cfg`),
    };
  }

  /** The successor takes the listening sockets over, so that no connection is refused; open ones stay where they are. */
  async apply(config: string): Promise<void> {
    if (config === this.config) return;
    const { state, socket, config: file } = this.files;
    const before = this.process;
    writeFileSync(state, before === undefined ? '' : await ask(socket, SHOW_STATE));
    writeFileSync(file, config);
    this.config = config;
    const replaces = before === undefined ? [] : ['-x', socket, '-sf', String(before.pid)];
    this.process = this.launch(['-f', file, ...replaces]);
    await this.untilUp(this.process);
  }

  /** Ends the one that runs, and starts another one: of one that listens nowhere. */
  async restart(config: string): Promise<void> {
    if (config === this.config) return;
    writeFileSync(this.files.config, config);
    this.config = config;
    const before = this.process;
    this.process = undefined;
    await before?.stop(2_000);
    this.process = this.launch(['-f', this.files.config]);
  }

  /** `<backend> <server>` of those that pass their checks. @throws Error when it does not answer */
  async serversUp(): Promise<Set<string>> {
    return serversUp(await ask(this.files.socket, SHOW_STATE));
  }

  /** Told to end before it is up, it would not tell its predecessor to. @throws Error when it does not come up */
  private async untilUp({ pid, isRunning }: Running): Promise<void> {
    for (const end = Date.now() + UP_MS; Date.now() < end && isRunning();) {
      const info = await ask(this.files.socket, 'show info').catch(() => ''); // not its socket yet, or just changing hands
      if (info.split('\n').includes(`Pid: ${pid}`)) return;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    throw new Error(`HAProxy did not come up; see ${join(this.o.dir, 'logs', `${this.name}.log`)}`);
  }

  private launch(args: readonly string[]): Running {
    const { o, name } = this;
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
      if (haproxy === this.process) o.onEvent(name, how);
    });
    return haproxy;
  }
}

const SHOW_STATE = 'show servers state';

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
