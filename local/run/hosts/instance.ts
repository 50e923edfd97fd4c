import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';
import { Machine, seenFromOutside } from './machine';
import { startMetadataService, type InstanceIdentity } from './imds';
import type { HostNetwork } from './network';
import { askMarkedToEnd, killMarked, launch, MARKS, type Running } from './processes';
import { parseUnit, type Unit } from './unit-file';
import { ownDocument } from '../../../lib/shell/local/own-document';
import { fields, optional, sha256, text } from '../../../lib/contract/shape';

const BOOT = ownDocument('boot.json', fields({ agent: fields({ bucket: text, key: text, sha256: optional(sha256) }) }));

/** An instance as it was deployed. */
export interface DeployedInstance {
  readonly node: string;
  readonly shard: number;
  readonly instanceId: string;
  readonly privateAddress: string;
  readonly zone: string;
  readonly region: string;
  /** The launch template's user data, decoded. */
  readonly userData: string;
  /** By name. */
  readonly instanceProfile: string;
  /** By id. */
  readonly securityGroups: readonly string[];
  /** Version of the launch template that it came from. */
  readonly templateVersion: number;
}

export interface InstanceOptions {
  readonly dir: string;
  readonly runId: string;
  readonly host: HostNetwork;
  /** Where the metadata service listens: an address that the instance reaches. */
  readonly metadataHost: string;
  readonly env: Readonly<Record<string, string>>;
  /** The Node.js that agents run on. */
  readonly node: string;
  /** Its data are on a volume that the agent mounts; else in a plain directory. */
  readonly volumes: boolean;
  readonly fetchObject: (bucket: string, key: string) => Promise<Uint8Array>;
  /** What it runs instead of the deployed agent, made of that one's text. */
  readonly mistaken?: (agent: string) => string;
  /** Before its agent starts. Its answer: credentials of its role, as environment variables. */
  readonly beforeAgent: () => Promise<Readonly<Record<string, string>>>;
  /** Every line the agent logs. */
  readonly onLine: (node: string, line: string) => void;
  readonly onEvent: (node: string, what: string) => void;
}

/** As Amazon Linux names it: node-24. */
const isNode = (program: string): boolean => /(^|\/)node(-\d+)?$/.test(program);

const SHARED_MEMORY = '/dev/shm';

/** systemd waits 90 s for what is left when a machine shuts down; nothing here takes that long. */
const SHUTDOWN_MS = 15_000;

/** The files that cloud-init would write, by path. */
export function userDataFiles(userData: string): ReadonlyMap<string, string> {
  return new Map((parse(userData) as CloudConfig).write_files.map((f) => [f.path, f.content]));
}

interface CloudConfig {
  readonly write_files: readonly { readonly path: string; readonly content: string }[];
}

/**
 * Plays one EC2 instance: cloud-init writes the user data's files, the boot stub's work is done for it (Node.js is
 * here already), and systemd keeps the agent running as its unit says. Whatever the node runs carries its mark.
 */
export class Instance {
  private agent: Running | undefined;
  /** systemd's wish: while false, nothing is restarted. */
  private wanted = false;
  private metadata: { endpoint: string; close(): Promise<void> } | undefined;
  private unit: Unit | undefined;
  private credentials: Readonly<Record<string, string>> = {};
  private readonly marks: Record<string, string>;
  private readonly machine: Machine | null;

  constructor(
    readonly deployed: DeployedInstance,
    private readonly options: InstanceOptions,
  ) {
    this.marks = { [MARKS.run]: options.runId, [MARKS.instance]: deployed.node };
    const { dir, host, env } = options;
    this.machine = options.volumes
      ? new Machine({ name: deployed.node, dir, host, env: { ...env, [MARKS.run]: options.runId } })
      : null;
  }

  /** Where devices of attached volumes appear. */
  get deviceDir(): string {
    return join(this.options.dir, 'by-id');
  }

  /** What stands for its /run: in this machine's memory, where there is such a place. */
  private get memory(): string {
    const { dir, runId } = this.options;
    return existsSync(SHARED_MEMORY)
      ? join(SHARED_MEMORY, `prometheus-ha-${runId}`, this.deployed.node)
      : join(dir, 'run');
  }

  /** Runs a command on the machine. */
  command(command: string, args: readonly string[]): { command: string; args: string[] } {
    return (this.machine ?? this.options.host).command(command, args);
  }

  get address(): string {
    return this.options.host.address;
  }
  get host(): HostNetwork {
    return this.options.host;
  }
  get dir(): string {
    return this.options.dir;
  }
  get agentPid(): number | null {
    return this.agent?.isRunning() ? this.agent.pid : null;
  }

  /** First boot: cloud-init, then the unit. */
  async boot(): Promise<void> {
    const identity: InstanceIdentity = { ...this.deployed, address: this.address };
    this.metadata = await startMetadataService(identity, this.options.metadataHost);
    const files = userDataFiles(this.deployed.userData);
    for (const [path, content] of files) this.write(path, content);
    if (this.machine === null) seenFromOutside(this.dir, 'data');
    const boot = BOOT.parse(this.file(files, '/etc/prometheus-ha/boot.json'), 'the user data');
    const agent = await this.options.fetchObject(boot.agent.bucket, boot.agent.key);
    // As boot.sh does; user data of an earlier version does not say.
    const found = createHash('sha256').update(agent).digest('hex');
    if (boot.agent.sha256 !== undefined && boot.agent.sha256 !== found)
      throw new Error(`agent.js has SHA-256 ${found}, expected ${boot.agent.sha256}`);
    this.write('/opt/prometheus-ha/agent.js', this.options.mistaken?.(Buffer.from(agent).toString()) ?? agent);
    this.unit = parseUnit(this.file(files, '/etc/systemd/system/prometheus-ha-agent.service'));
    this.credentials = await this.options.beforeAgent();
    this.startAgent();
  }

  /** systemctl start */
  startAgent(): void {
    this.wanted = true;
    if (this.agent?.isRunning()) return;
    const { unit, metadata, options, marks } = this;
    const [program, ...args] = unit!.execStart.map((arg) => this.local(arg));
    const command = this.command(isNode(program!) ? options.node : program!, args);
    this.agent = launch({
      name: `agent of ${this.deployed.node}`,
      ...command,
      cwd: options.dir,
      env: {
        ...options.env,
        ...unit!.environment,
        ...this.credentials,
        ...marks,
        AWS_EC2_METADATA_SERVICE_ENDPOINT: metadata!.endpoint,
        PROMHA_STATE_DIR: join(options.dir, 'state'),
        PROMHA_DATA_DIR: join(options.dir, 'data'),
        PROMHA_SECRETS_DIR: this.memory,
        ...(this.machine === null ? {} : { PROMHA_MOUNT_DATA: '1', PROMHA_DEVICE_DIR: this.deviceDir }),
      },
      log: join(options.dir, 'agent.log'),
      onLine: (line) => options.onLine(this.deployed.node, line),
    });
    void this.agent.ended.then((how) => this.agentEnded(how));
  }

  private agentEnded(how: string): void {
    if (!this.wanted) return;
    this.options.onEvent(this.deployed.node, `agent ended (${how})`);
    if (this.unit!.restart) setTimeout(() => this.wanted && this.startAgent(), this.unit!.restartMs);
  }

  /** The agent and its gate die and stay dead; Prometheus and Alertmanager go on, as KillMode=process has it. */
  async killAgent(): Promise<void> {
    this.wanted = false;
    this.agent?.signal('SIGKILL');
    await this.agent?.ended;
  }

  /** The host is gone: no process, and silence instead of refusals where the network can play that. */
  async powerOff(mode: 'namespaces' | 'loopback'): Promise<void> {
    this.wanted = false;
    if (mode === 'namespaces') this.options.host.cut();
    await this.machine?.powerOff();
    await killMarked(this.marks);
    this.forgetMemory();
  }

  powerOn(mode: 'namespaces' | 'loopback'): void {
    if (mode === 'namespaces') this.options.host.heal();
    this.startAgent();
  }

  cut(): void {
    this.options.host.cut();
  }
  heal(): void {
    this.options.host.heal();
  }

  async stop(): Promise<void> {
    this.wanted = false;
    await killMarked(this.marks);
    await this.machine?.powerOff();
    await this.metadata?.close();
    this.forgetMemory();
  }

  private forgetMemory(): void {
    rmSync(this.memory, { recursive: true, force: true });
    // Of the last node of a run the directory around it goes as well.
    const around = dirname(this.memory);
    if (around.startsWith(SHARED_MEMORY) && existsSync(around) && readdirSync(around).length === 0) rmdirSync(around);
  }

  /** EC2 terminates it: systemd stops the agent as its unit says, then asks the rest to end; its address is free. */
  async terminate(): Promise<void> {
    this.wanted = false;
    await this.agent?.stop(this.unit?.stopMs);
    await askMarkedToEnd(this.marks, SHUTDOWN_MS);
    await this.machine?.shutDown(join(this.dir, 'data'));
    await this.stop();
    this.options.host.remove();
  }

  /** The instance's path on this machine: its root is the run's directory. */
  private local(path: string): string {
    return /^\/(etc|opt|var|data)\//.test(path) ? join(this.options.dir, path) : path;
  }

  private write(path: string, content: string | Uint8Array): void {
    mkdirSync(dirname(this.local(path)), { recursive: true });
    writeFileSync(this.local(path), content);
  }

  private file(files: ReadonlyMap<string, string>, path: string): string {
    const content = files.get(path);
    if (content === undefined)
      throw new Error(
        `the user data of ${this.deployed.node} writes no ${path}; it writes ${[...files.keys()].join(', ')}`,
      );
    return content;
  }
}
