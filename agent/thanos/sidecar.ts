import { join } from 'node:path';
import type { S3Client } from '@aws-sdk/client-s3';
import type { SidecarStatus } from '../../lib/contract/documents/agent/part-status';
import type { NodeConfig, NodeThanos } from '../../lib/contract/documents/node-config';
import { durationMs } from '../../lib/contract/duration';
import { objstoreConfig } from '../../lib/core/thanos/objstore';
import { systemClock } from '../../lib/shell/async/clock';
import { sidecarCommand } from '../../lib/core/thanos/commands';
import { stuckUploads, uploadAgeMs, waitingBlocks } from '../../lib/core/thanos/uploads';
import { writeAtomically } from '../base/files';
import { messageOf, type Log } from '../base/log';
import { every, sleep, type Loop } from '../base/loop';
import type { Paths } from '../base/paths';
import type { AgentEnv } from '../base/env';
import { inUnits, ofSidecar } from '../process/sandboxes';
import { Supervisor } from '../process/supervisor';
import { checkBucket } from './bucket-check';
import type { ThanosProgram } from './program';
import type { Registration } from './registration';
import { readUploads } from './uploads';

const LOOK_MS = 15_000;
/** A bucket that answers is asked this often: a list costs what a write does, and blocks are uploaded every two hours. */
const BUCKET_MS = 300_000;
/** Thanos query looks at its endpoints every 5 s and gives each of them 5 s. */
const FORGOTTEN_MS = 11_000;

export interface SidecarOptions {
  readonly config: NodeConfig & { readonly thanos: NodeThanos };
  readonly paths: Paths;
  readonly env: Pick<AgentEnv, 'units'>;
  readonly address: string;
  readonly s3: S3Client;
  /** In DNS. */
  readonly registration: Pick<Registration, 'keep'>;
  readonly program: ThanosProgram;
  readonly log: Log;
}

/**
 * The node's Thanos sidecar: the process, its name in DNS, and what an operator wants to know of its uploads. Whatever
 * goes wrong here is shown and never keeps Prometheus or the gate from their work.
 */
export class Sidecar {
  private readonly process: Supervisor;
  private readonly tsdbPath: string;
  private loops: Loop[] = [];
  private stopped = false;
  private bucketError: string | null = null;
  private bucketAskedAt = -Infinity;
  private registrationError: string | null = null;
  private uploads: { readonly ageMs: number | null; readonly waiting: number; readonly error: string | null } | null =
    null;

  constructor(private readonly options: SidecarOptions) {
    const { paths, env, program, address, log } = options;
    this.tsdbPath = join(paths.data, 'prometheus');
    const objstoreFile = join(paths.config, 'objstore.yml');
    this.process = new Supervisor({
      name: 'sidecar',
      ...inUnits(env, () => ofSidecar(paths)),
      command: () => ({
        file: program.file,
        cwd: paths.config,
        // Blocks can wait.
        oomScore: 500,
        args: sidecarCommand({ address, tsdbPath: this.tsdbPath, objstoreFile }),
      }),
      marker: `--tsdb.path=${this.tsdbPath}`,
      pidFile: paths.pid('sidecar'),
      logFile: paths.log('sidecar'),
      onExit: () => {},
      log,
    });
  }

  adopt(): boolean {
    return this.process.adopt();
  }

  /** Starts it once it is installed. Nobody waits: a registry that is down must not keep a node from alerting. */
  async start(): Promise<void> {
    const { config, paths, program, log } = this.options;
    const { bucket } = config.thanos;
    // Also while there is no program to upload: whoever waits for blocks need not know why there are none.
    this.loops = [every(LOOK_MS, 'uploads', () => this.lookAtUploads(), log)];
    if (!(await program.installed()) || this.stopped) return;
    writeAtomically(
      join(paths.config, 'objstore.yml'),
      objstoreConfig({ bucket, region: config.region, endpoint: process.env.AWS_ENDPOINT_URL }),
    );
    this.process.start();
    this.loops.push(every(LOOK_MS, 'sidecar', () => this.round(), log));
  }

  get status(): SidecarStatus {
    const { pid, restarts, lastExit } = this.process.record;
    const { version } = this.options.program;
    const { ageMs = null, waiting = 0, error = null } = this.uploads ?? {};
    return {
      pid,
      restarts,
      lastExit,
      version,
      missing: version === '',
      uploadAgeMs: ageMs,
      waitingBlocks: waiting,
      errors: [this.bucketError, this.registrationError, error].filter((e) => e !== null),
    };
  }

  /**
   * While the data volume is changed. It keeps open what it opened first: it would look for blocks on the old volume for
   * ever, and keep that one from being taken away.
   */
  hold(signal: NodeJS.Signals): Promise<void> {
    return this.process.hold(signal);
  }

  letGo(): void {
    this.process.letGo();
  }

  release(): void {
    this.stopped = true;
    this.process.release();
    for (const loop of this.loops) loop.stop();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    for (const loop of this.loops) loop.stop();
    await this.process.stop();
  }

  /**
   * Before the machine goes. A sidecar that is down refuses connections, and queries go on without it; a machine that is
   * gone is silent, and would hold every query as long as Thanos has not noticed.
   */
  async retire(): Promise<void> {
    if (this.process.pid === null) return;
    await this.stop();
    await sleep(FORGOTTEN_MS);
  }

  /** Looks at the node's entry in DNS, and at the bucket. */
  private async round(): Promise<void> {
    const { config, registration, s3 } = this.options;
    const now = systemClock.elapsed();
    const asks = this.bucketError !== null || now - this.bucketAskedAt >= BUCKET_MS;
    if (asks) this.bucketAskedAt = now;
    const [registered, complaint] = await Promise.all([
      registration.keep().then(
        () => null,
        (error: unknown) => `the node is not in DNS, so queries may not find it: ${messageOf(error)}`,
      ),
      asks ? checkBucket(s3, config.thanos.bucket) : null,
    ]);
    this.registrationError = this.said('sidecar-not-registered', this.registrationError, registered);
    this.bucketError = this.said('blocks-bucket-refuses', this.bucketError, complaint);
  }

  private async lookAtUploads(): Promise<void> {
    const uploads = await this.look(durationMs(this.options.config.thanos.blockDuration));
    this.said('sidecar-uploads', this.uploads?.error ?? null, uploads.error);
    this.uploads = uploads;
  }

  private async look(blockDurationMs: number): Promise<NonNullable<Sidecar['uploads']>> {
    try {
      const situation = await readUploads(this.tsdbPath, blockDurationMs);
      return {
        ageMs: uploadAgeMs(situation, Date.now()),
        waiting: waitingBlocks(situation).length,
        // Its log says why, if there is one.
        error: this.options.program.version === '' ? null : stuckUploads(situation, Date.now()),
      };
    } catch (error) {
      return { ageMs: null, waiting: 0, error: `the record of uploads cannot be read: ${messageOf(error)}` };
    }
  }

  /** Logs what changed. */
  private said(event: string, before: string | null, now: string | null): string | null {
    if (now !== before) this.options.log(now === null ? 'info' : 'warn', event, { problem: now ?? 'none any more' });
    return now;
  }
}
