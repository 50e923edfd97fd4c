import { createHash } from 'node:crypto';
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { CreateBucketCommand, PutBucketVersioningCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { readPidFile } from '../../../agent/process/pid-file';
import type { AgentStatus } from '../../../lib/contract/documents/agent-status';
import type { ConfigBundle } from '../../../lib/contract/documents/config';
import { DEFAULT_POLICY, type Policy } from '../../../lib/contract/documents/policy';
import { controlS3, s3ControlStore, type ControlStore } from '../../../lib/shell/assignment/store';
import { LAMBDA_API_PORT, serveLambdaApi } from '../../../local/run/functions/lambda-api';
import { buildAgent, eventually, serveMetadata, servePager, startEmulator, startExtendedEmulator } from './agent-tools';
import { agentTestPrograms } from './agent-programs';
import { aNodeConfig } from '../../fixtures/builders';

const BUCKET = 'control';

export interface AgentLine {
  readonly at: string;
  readonly event: string;
  readonly [field: string]: unknown;
}

/** One node: the agent as systemd would run it, with addresses and directories of its own. */
export class TestNode {
  private agent: ChildProcess | null = null;
  readonly lines: AgentLine[] = [];

  constructor(
    readonly name: string,
    readonly address: string,
    readonly dir: string,
    /** What stands for its memory: a boot finds nothing in it. */
    readonly memory: string,
    private readonly bundle: string,
    private readonly env: NodeJS.ProcessEnv,
    private readonly machine: TestMachine | null,
    private readonly program: string,
  ) {}

  start(): void {
    const own = [this.bundle, '--config', join(this.dir, 'node.json')];
    const { command, args } = this.machine?.wrap(this.program, own) ?? { command: this.program, args: own };
    const agent = spawn(command, args, {
      env: { ...process.env, ...this.env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let rest = '';
    agent.stdout.on('data', (chunk: Buffer) => {
      const lines = (rest + chunk.toString()).split('\n');
      rest = lines.pop()!;
      this.lines.push(...lines.map((line) => JSON.parse(line) as AgentLine));
    });
    this.agent = agent;
  }

  async status(): Promise<AgentStatus> {
    return (await (await fetch(`http://${this.address}:9099/v1/status`)).json()) as AgentStatus;
  }

  /** The pid that the agent wrote down. */
  pidOf(program: string): number {
    return (JSON.parse(readFileSync(join(this.dir, 'state', `${program}.pid`), 'utf8')) as { pid: number }).pid;
  }

  async kill(signal: NodeJS.Signals): Promise<void> {
    const { agent } = this;
    if (agent === null || agent.exitCode !== null || agent.signalCode !== null) return;
    const ended = new Promise((resolve) => agent.once('exit', resolve));
    agent.kill(signal);
    await ended;
  }

  /** What a killed agent left running. */
  killOrphans(): void {
    for (const program of ['prometheus', 'alertmanager']) {
      const known = readPidFile(join(this.dir, 'state', `${program}.pid`));
      if (known.kind === 'alive') process.kill(known.process.pid, 'SIGKILL');
    }
  }

  log(): string {
    return this.lines.map((line) => JSON.stringify(line)).join('\n');
  }
}

/** What a node runs on, when it is more than a directory. */
export interface TestMachine {
  readonly instanceId: string;
  readonly env: NodeJS.ProcessEnv;
  readonly policy: Partial<Policy>;
  wrap(command: string, args: readonly string[]): { command: string; args: string[] };
}
export type MakeMachine = (name: string, dir: string, index: number) => Promise<TestMachine>;

/** Two agents with real Prometheus and Alertmanager, S3 by the emulator, a pager. */
export class TestCluster {
  readonly nodes: TestNode[] = [];
  private readonly servers: Server[] = [];
  private readonly cleanup: (() => void)[] = [];
  store!: ControlStore;
  storeOf!: (shard: number) => ControlStore;
  pages!: Awaited<ReturnType<typeof servePager>>['got'];
  pagerUrl!: string;
  /** Functions that the agents called. */
  readonly calls: { readonly name: string; readonly event: unknown }[] = [];
  /** S3 is gone for good. */
  stopStore!: () => void;
  private emulatorUrl!: string;

  constructor(private readonly network: string) {}

  async start(
    bundle: (pagerUrl: string) => ConfigBundle,
    count = 2,
    scrub: Partial<Policy['scrub']> = {},
    sharding: { readonly shards: number } & Partial<Policy['sharding']> = { shards: 1 },
    machines: MakeMachine | null = null,
  ): Promise<void> {
    const root = mkdtempSync(join(tmpdir(), 'promha-contract-'));
    this.cleanup.push(() => rmSync(root, { recursive: true, force: true }));
    const [programs, pager] = await Promise.all([agentTestPrograms(), servePager()]);
    this.cleanup.push(programs.remove);
    this.servers.push(pager.server);
    this.pages = pager.got;
    this.pagerUrl = pager.url;
    await this.startStore(machines === null ? programs.emulator : null, root);
    await this.publish(bundle(pager.url));
    await this.keepControlPlaneAlive();

    const memory = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : root, 'promha-contract-'));
    this.cleanup.push(() => rmSync(memory, { recursive: true, force: true }));
    const lambda = `${this.network}.250`;
    const queue = (name: string, event: unknown): void => void this.calls.push({ name, event });
    const api = await serveLambdaApi(lambda, { call: () => Promise.reject(new Error('nobody waits here')), queue });
    this.cleanup.push(() => void api.close());

    const agentFile = buildAgent();
    this.cleanup.push(() => rmSync(dirname(agentFile), { recursive: true, force: true }));
    const all = Array.from({ length: sharding.shards }, (_, shard) =>
      Array.from({ length: count }, (__, i) => ({ shard, name: `node-${shard === 0 ? '' : `${shard}-`}${i + 1}` })),
    ).flat();
    for (const [i, { shard, name }] of all.entries()) {
      const address = `${this.network}.${i + 1}`;
      const dir = join(root, name);
      mkdirSync(dir);
      const machine = machines && (await machines(name, dir, i));
      const node = aNodeConfig({
        shard,
        node: name,
        controlBucket: BUCKET,
        policy: {
          ...DEFAULT_POLICY,
          scrub: { ...DEFAULT_POLICY.scrub, ...scrub },
          sharding: { ...DEFAULT_POLICY.sharding, ...sharding },
          canary: { wellMs: 3_000 },
          ...machine?.policy,
        },
        ...(machine === null ? {} : { snapshots: true as const }),
      });
      writeFileSync(join(dir, 'node.json'), JSON.stringify(node));
      const metadata = await serveMetadata({
        'instance-id': machine?.instanceId ?? `i-${i + 1}`,
        'local-ipv4': address,
        'placement/availability-zone': `eu-west-1${'ab'[i % 2]}`,
      });
      this.servers.push(metadata.server);
      const env = {
        PROMHA_STATE_DIR: join(dir, 'state'),
        PROMHA_DATA_DIR: join(dir, 'data'),
        PROMHA_SECRETS_DIR: join(memory, name),
        PROMHA_BIN_DIR: programs.bin,
        PROMHA_GATE_ADDRESS: address,
        AWS_EC2_METADATA_SERVICE_ENDPOINT: metadata.url,
        AWS_ENDPOINT_URL: this.emulatorUrl,
        AWS_ENDPOINT_URL_LAMBDA: `http://${lambda}:${LAMBDA_API_PORT}`,
        ...machine?.env,
      };
      this.nodes.push(new TestNode(name, address, dir, join(memory, name), agentFile, env, machine, programs.node));
    }
    // Further shards are started when the test wants them.
    for (const node of this.nodes.slice(0, count)) node.start();
  }

  /** S3, by moto; without it by our emulator, which tells when something changed: who plays volumes asks for that. */
  private async startStore(moto: string | null, root: string): Promise<void> {
    const emulator = moto === null ? await startExtendedEmulator(root) : await startEmulator(moto);
    this.stopStore = () => void ('process' in emulator ? emulator.process.kill('SIGKILL') : emulator.signal('SIGKILL'));
    this.cleanup.push(this.stopStore);
    this.emulatorUrl = 'process' in emulator ? emulator.url : `http://localhost:${emulator.listen[0]!.split(':')[1]}`;
    Object.assign(process.env, {
      AWS_ENDPOINT_URL: this.emulatorUrl,
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
    });
    const s3 = controlS3(5_000);
    await s3.send(
      new CreateBucketCommand({ Bucket: BUCKET, CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' } }),
    );
    await s3.send(new PutBucketVersioningCommand({ Bucket: BUCKET, VersioningConfiguration: { Status: 'Enabled' } }));
    this.store = s3ControlStore(s3, BUCKET, 0, 5_000);
    this.storeOf = (shard) => s3ControlStore(s3, BUCKET, shard, 5_000);
  }

  /** Without its heartbeat the nodes would take over from it after a while; here the test decides. */
  private async keepControlPlaneAlive(): Promise<void> {
    const beat = async (): Promise<void> => {
      const heartbeat = { version: 1, at: new Date().toISOString(), invocation: 'test' } as const;
      await Promise.all([0, 1].map((shard) => this.storeOf(shard).writeHeartbeat(heartbeat)));
    };
    await beat();
    // Fails once the test has stopped the store, as it would in life.
    const timer = setInterval(() => void beat().catch(() => {}), 1_000);
    this.cleanup.push(() => clearInterval(timer));
  }

  /** Puts a bundle into the bucket and points the nodes to it. */
  async publish(bundle: ConfigBundle): Promise<string> {
    const text = JSON.stringify(bundle);
    const hash = createHash('sha256').update(text).digest('hex');
    await controlS3(5_000).send(new PutObjectCommand({ Bucket: BUCKET, Key: `bundles/${hash}`, Body: text }));
    const { etag = null } = (await this.store.readConfigPointer()) ?? {};
    await this.store.writeConfigPointer({ version: 1, bucket: BUCKET, key: `bundles/${hash}`, hash }, etag);
    return hash;
  }

  async assign(active: string, epoch: number, shard = 0): Promise<void> {
    const at = new Date().toISOString();
    const store = this.storeOf(shard);
    const current = await store.readAssignment();
    const next = {
      version: 1,
      epoch,
      active,
      reason: 'test',
      by: 'operator',
      since: at,
      at,
      promotions: [],
      paused: null,
      scrapeProfile: 'normal',
    } as const;
    if ((await store.writeAssignment(next, current?.etag ?? null)) !== 'written')
      throw new Error('the assignment was not written');
  }

  async isHealthy(node: TestNode): Promise<AgentStatus> {
    return eventually(
      `${node.name} works`,
      async () => {
        const status = await node.status();
        return status.gate.primed && status.store.reachable && status;
      },
      60_000,
    );
  }

  async stop(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.kill('SIGINT')));
    for (const node of this.nodes) node.killOrphans();
    for (const server of this.servers) {
      server.closeAllConnections();
      server.close();
    }
    for (const step of this.cleanup.reverse()) step();
  }
}
