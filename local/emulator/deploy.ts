import { spawn } from 'node:child_process';
import { createReadStream, openSync, closeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { UserError } from '../../lib/contract/errors';
import { ownDocument } from '../../lib/shell/local/own-document';
import { fields, listOf, text } from '../../lib/contract/shape';

const READY = ownDocument('first line of the emulator', fields({ listen: listOf(text) }));

const ROOT = resolve(__dirname, '../..');
/** The emulator's only account. */
export const EMULATOR_ACCOUNT = '123456789012';

export interface Emulator {
  readonly pid: number;
  /** host:port of every address, in the order given; ports that were 0 are known now. */
  readonly listen: readonly string[];
  /** Resolves with a sentence when it ends, whoever ended it. */
  readonly ended: Promise<string>;
  signal(signal: NodeJS.Signals): void;
  stop(): Promise<void>;
}

/** Starts moto with our extensions and waits until it listens. @throws UserError with what it said when it does not */
export async function startEmulator(o: {
  /** A Python that has moto[server] 5.2.1. */
  readonly python?: string;
  readonly listen: readonly string[];
  /** File for its log. */
  readonly log: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Of the evaluator of policies (local/iam/service.ts); without it everybody may do everything. */
  readonly authorize?: string;
  /** Of Lambda in this account; without it everything may be reserved. */
  readonly lambdaConcurrency?: number;
  /** File for what is called how often (call_log.py); without it nothing is counted. */
  readonly callLog?: string;
  /** How much later S3 answers; without it at once. */
  readonly s3Latency?: { readonly readMs: number; readonly writeMs: number };
  /** Teeth that are left out: it knows `ecs`. */
  readonly without?: readonly string[];
}): Promise<Emulator> {
  const log = openSync(o.log, 'a');
  const args = [
    resolve(__dirname, 'server.py'),
    ...o.listen.flatMap((address) => ['--listen', address]),
    ...(o.authorize === undefined ? [] : ['--authorize', o.authorize]),
    ...(o.lambdaConcurrency === undefined ? [] : ['--lambda-concurrency', String(o.lambdaConcurrency)]),
    ...(o.callLog === undefined ? [] : ['--call-log', o.callLog]),
    ...(o.s3Latency === undefined ? [] : ['--s3-latency', String(o.s3Latency.readMs), String(o.s3Latency.writeMs)]),
    ...(o.without ?? []).flatMap((name) => ['--without', name]),
  ];
  const env = {
    ...process.env,
    PYTHONDONTWRITEBYTECODE: '1',
    PYTHONUNBUFFERED: '1',
    MOTO_IAM_LOAD_MANAGED_POLICIES: 'true',
    ...o.env,
  };
  // A process group of its own: Ctrl-C is the runner's to handle, and the emulator is needed until the end.
  const child = spawn(o.python ?? 'python3', args, { stdio: ['ignore', 'pipe', log], env, detached: true });
  closeSync(log);
  const ended = new Promise<string>((done) => {
    child.once('error', (error) => done(`could not be started: ${error.message}`));
    child.once('exit', (code, by) => done(by === null ? `ended with exit code ${code}` : `was ended by ${by}`));
  });
  const ready = new Promise<string[]>((done) => {
    createInterface({ input: child.stdout! }).on('line', (line) => {
      if (line.startsWith('{"ready"')) done([...READY.parse(line, 'its output').listen]);
    });
  });
  const first = await Promise.race([ready, ended]);
  if (typeof first === 'string') {
    throw new UserError({
      what: `the AWS API emulator ${first}`,
      got: (await tail(o.log)) || 'no output',
      expected: 'a line {"ready": true}',
      fix: `see ${o.log}`,
    });
  }
  return {
    pid: child.pid!,
    listen: first,
    ended,
    signal: (signal) => void child.kill(signal),
    async stop() {
      child.kill('SIGTERM');
      child.kill('SIGCONT'); // a stopped process takes no other signal
      const timer = setTimeout(() => child.kill('SIGKILL'), 3_000);
      await ended;
      clearTimeout(timer);
    },
  };
}

export interface Deploy {
  /** Where the emulator listens on the loopback interface; the CLI must reach it as `localhost`. */
  readonly port: number;
  readonly region: string;
  /** rules/, targets/ and alertmanager.yml; default config/. */
  readonly configDir?: string;
  /** Another config/cluster.ts. */
  readonly clusterFile?: string;
  /** File with what is laid over the configuration (lib/infra/config/overlay). */
  readonly overlay?: string;
  /** For cdk.out, of this deployment only. */
  readonly outDir: string;
  readonly onProgress: (line: string) => void;
  /** Ends the CLI, and with it what it started. */
  readonly signal?: AbortSignal;
}

/**
 * `cdk bootstrap` and `cdk deploy --all` by the real CLI. Works again on a deployment that exists, and then changes
 * what differs. @throws UserError with the CLI's last words
 */
export async function deployApp(o: Deploy): Promise<void> {
  const context = [
    ...(o.configDir === undefined ? [] : ['-c', `configDir=${resolve(o.configDir)}`]),
    ...(o.clusterFile === undefined ? [] : ['-c', `cluster=${resolve(o.clusterFile)}`]),
    ...(o.overlay === undefined ? [] : ['-c', `overlay=${resolve(o.overlay)}`]),
  ];
  const common = ['--output', o.outDir, ...context];
  await bootstrap(o);
  await cdk([...DEPLOY, ...common], o);
}

const DEPLOY = [
  'deploy',
  '--all',
  '--require-approval=never',
  // With change sets the emulator does not register exports.
  '--method=direct',
  // The emulator does not keep the previous values of parameters that come from SSM, as BootstrapVersion does.
  '--previous-parameters=false',
  '--progress=events',
];

/** Where to. */
type Account = Pick<Deploy, 'port' | 'region' | 'onProgress' | 'signal'>;

/** Of templates that `cdk synth` has written: into an emulator that was bootstrapped. Each @throws UserError */
export interface Assembly {
  deploy(): Promise<void>;
  /** All of its stacks. */
  destroy(): Promise<void>;
  /** As `cdk` takes it, without `npx cdk`. */
  cdk(args: readonly string[]): Promise<void>;
}

export function assemblyIn(dir: string, o: Account): Assembly {
  const run = (args: readonly string[]): Promise<void> => cdk([...args, '--app', dir], o);
  return { deploy: () => run(DEPLOY), destroy: () => run(['destroy', '--all', '--force']), cdk: run };
}

export const bootstrap = (o: Account): Promise<void> =>
  // Away from cdk.json: bootstrapping a named environment needs no synth.
  cdk(['bootstrap', `aws://${EMULATOR_ACCOUNT}/${o.region}`], o, tmpdir());

/** The environment in which the CDK and AWS CLIs, and SDKs, talk to the emulator. */
export function emulatorEnv(port: number, region: string): Record<string, string> {
  return {
    // Spelled so: CloudFormation there cannot read a template's address with 127.0.0.1 in it.
    AWS_ENDPOINT_URL: `http://localhost:${port}`,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    // Nothing of the user's own account may leak in.
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_EC2_METADATA_DISABLED: 'true',
    CDK_DISABLE_CLI_TELEMETRY: 'true',
    // On a busy machine Node gives up connecting to localhost after 250 ms while it tries IPv6 and IPv4 in turn.
    NODE_OPTIONS: '--dns-result-order=ipv4first --no-network-family-autoselection',
    NODE_NO_WARNINGS: '1',
    // A proxy of the user's does not lead to this machine.
    NO_PROXY: 'localhost,127.0.0.1,::1',
    no_proxy: 'localhost,127.0.0.1,::1',
  };
}

async function cdk(args: readonly string[], o: Account, cwd = ROOT): Promise<void> {
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    ...emulatorEnv(o.port, o.region),
  };
  // Would take precedence over the credentials for the emulator.
  delete env.AWS_PROFILE;
  delete env.AWS_SESSION_TOKEN;
  const child = spawn(process.execPath, [require.resolve('aws-cdk/bin/cdk'), ...args, '--ci', '--no-notices'], {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    env,
    detached: true,
  });
  const abort = (): void => void process.kill(-child.pid!, 'SIGKILL');
  o.signal?.addEventListener('abort', abort, { once: true });
  const last: string[] = [];
  const lines = [child.stdout, child.stderr].map(
    (stream) =>
      new Promise<void>((done) => {
        createInterface({ input: stream })
          .on('line', (line) => {
            last.push(line);
            if (last.length > 30) last.shift();
            o.onProgress(line);
          })
          .once('close', done);
      }),
  );
  const code = await new Promise<number | string>((done, failed) => {
    child.once('error', failed);
    child.once('exit', (status, by) => done(status ?? by ?? 'unknown'));
  });
  o.signal?.removeEventListener('abort', abort);
  await Promise.all(lines);
  o.signal?.throwIfAborted();
  if (code !== 0) {
    throw new UserError({
      what: `cdk ${args[0]} failed (${code})`,
      got: last.join('\n'),
      expected: 'a deployment into the emulator',
      fix: 'correct what the messages name, and try again',
    });
  }
}

async function tail(file: string): Promise<string> {
  const lines: string[] = [];
  for await (const line of createInterface({ input: createReadStream(file) })) lines.push(line);
  return lines.slice(-5).join('\n');
}
