import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand, PutBucketVersioningCommand, S3Client } from '@aws-sdk/client-s3';
import { bundle, type BundleEntry } from '../../../lib/infra/constructs/control/bundle';
import { CONTROL_FUNCTIONS } from '../../../lib/infra/constructs/control/functions';
import { s3ControlStore, type ControlStore } from '../../../lib/shell/assignment/store';
import type { Policy } from '../../../lib/contract/documents/policy';
import { ENV } from '../../../lib/contract/environment';
import { FunctionRunner } from '../../../local/run/functions/function';
import { resolveTools } from '../../../local/tools';
import { ROOT } from '../../fixtures/config-dir';
import { startEmulator } from '../agent/agent-tools';

export const BUCKET = 'control';
export const REGION = 'eu-west-1';

/** What a test starts and the lab ends: servers of node:net and node:http. */
interface Ending {
  close(): unknown;
  closeAllConnections?(): void;
}

/** Bundled functions in processes of their own, S3 and the other APIs by the emulator; all of it ends with the lab. */
export class FunctionLab {
  private readonly runners: FunctionRunner[] = [];
  private readonly servers: Ending[] = [];
  /** What AWS clients of the test begin with. */
  readonly client: { readonly endpoint: string; readonly region: string; readonly credentials: typeof CREDENTIALS };
  readonly s3: S3Client;

  private constructor(
    readonly dir: string,
    private readonly node: string,
    readonly emulator: { readonly url: string; readonly process: ChildProcess },
  ) {
    this.client = { endpoint: emulator.url, region: REGION, credentials: CREDENTIALS };
    this.s3 = new S3Client({ ...this.client, forcePathStyle: true });
  }

  static async start(): Promise<FunctionLab> {
    const { moto_server, node } = await resolveTools(['moto_server', 'node']);
    const dir = mkdtempSync(join(tmpdir(), 'promha-functions-'));
    const lab = new FunctionLab(dir, node.path, await startEmulator(moto_server.path));
    await lab.s3.send(
      new CreateBucketCommand({ Bucket: BUCKET, CreateBucketConfiguration: { LocationConstraint: REGION } }),
    );
    const VersioningConfiguration = { Status: 'Enabled' } as const;
    await lab.s3.send(new PutBucketVersioningCommand({ Bucket: BUCKET, VersioningConfiguration }));
    return lab;
  }

  store(): ControlStore {
    return s3ControlStore(this.s3, BUCKET, 0, 5_000);
  }

  /** The function's code as it is deployed. @returns its path */
  build(name: string, entry: BundleEntry = join(ROOT, 'lambdas', name, 'handler.ts')): string {
    const file = join(this.dir, `${name}.js`);
    writeFileSync(file, bundle(entry, ROOT, CONTROL_FUNCTIONS.find((f) => f.name === name)?.maxBundleBytes));
    return file;
  }

  deploy(options: {
    readonly name: string;
    /** What `build` gave. */
    readonly entry: string;
    readonly policy: Policy;
    readonly timeoutMs?: number;
    readonly environment?: Readonly<Record<string, string>>;
    readonly onLine?: (line: string) => void;
  }): FunctionRunner {
    const { name, entry, timeoutMs = 20_000, onLine = () => undefined } = options;
    const environment = {
      [ENV.cluster]: 'test',
      [ENV.shard]: '0',
      [ENV.controlBucket]: BUCKET,
      [ENV.policy]: JSON.stringify(options.policy),
      ...options.environment,
    };
    const env = {
      AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
      AWS_REGION: REGION,
      AWS_ENDPOINT_URL: this.emulator.url,
      PATH: process.env.PATH!,
    };
    const runner = new FunctionRunner(
      { name, arn: name, entry, timeoutMs, environment },
      { env, node: this.node, log: join(this.dir, `${name}.log`), onLine, onInvocation: () => undefined },
    );
    this.runners.push(runner);
    return runner;
  }

  serve<T extends Ending>(server: T): T {
    this.servers.push(server);
    return server;
  }

  async stop(): Promise<void> {
    await Promise.all(this.runners.map((runner) => runner.halt()));
    for (const server of this.servers) {
      server.close();
      server.closeAllConnections?.();
    }
    this.s3.destroy();
    this.emulator.process.kill();
    rmSync(this.dir, { recursive: true, force: true });
  }
}

const CREDENTIALS = { accessKeyId: 'x', secretAccessKey: 'x' };
