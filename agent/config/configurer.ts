import { createHash } from 'node:crypto';
import type { ConfigBundle, ConfigPointer } from '../../lib/core/node-documents';
import type { ControlStore } from '../../lib/control/store';
import { messageOf, type Log } from '../log';
import type { Generations } from './generation';

/** A program that can take a new configuration while it runs. */
export interface Reloadable {
  readonly name: string;
  /** Which of the files it reads. */
  readonly concerns: (file: string) => boolean;
  readonly isRunning: () => boolean;
  /** Running is not enough: while the WAL is replayed, nothing answers for a reload. */
  readonly isReady: () => Promise<boolean>;
  /** Null when the program says that it took, else what went wrong. */
  readonly reload: () => Promise<string | null>;
}

export interface ConfigurerDeps {
  readonly store: Pick<ControlStore, 'readConfigPointer' | 'readBytes'>;
  readonly generations: Generations;
  readonly render: (bundle: ConfigBundle) => Record<string, string>;
  /** Null when the configuration is sound. */
  readonly check: (directory: string) => Promise<string | null>;
  readonly programs: readonly Reloadable[];
  /** Whether it is this node's turn to load the bundle of this hash. */
  readonly mayLoad: (hash: string) => Promise<boolean>;
  readonly log: Log;
}

/**
 * Follows the configuration pointer: fetch, render, check, swap, reload, verify. What is rejected on the
 * way never replaces what runs, and is not tried again until the pointer changes.
 */
export class Configurer {
  hash: string | null;
  loadedAt: number | null = null;
  error: string | null = null;
  private rejected: string | null = null;
  private saidMissing = false;

  constructor(private readonly deps: ConfigurerDeps) {
    const { live } = deps.generations;
    this.hash = live === null ? null : deps.generations.bundleOf(live);
  }

  async round(): Promise<void> {
    const pointer = await this.deps.store.readConfigPointer();
    if (pointer === null) {
      if (!this.saidMissing)
        this.deps.log('warn', 'config-pointer-missing', { hint: 'the first health check writes it' });
      this.saidMissing = true;
      return;
    }
    if (pointer.hash === this.hash || pointer.hash === this.rejected) return;
    if (!(await this.deps.mayLoad(pointer.hash))) return;
    const files = await this.fetch(pointer);
    const problem = files === null ? this.error : await this.apply(files, pointer.hash);
    if (problem === null) {
      this.hash = pointer.hash;
      this.loadedAt = Date.now();
      this.error = null;
      this.deps.log('info', 'config-loaded', { hash: pointer.hash });
    } else {
      this.rejected = pointer.hash;
      this.error = problem;
      this.deps.log('error', 'config-rejected', { hash: pointer.hash, error: problem, keeps: this.hash });
    }
  }

  /** A store that fails throws and is asked again; a bundle that cannot be used is rejected (null). */
  private async fetch(pointer: ConfigPointer): Promise<Record<string, string> | null> {
    const bytes = await this.deps.store.readBytes(pointer.bucket, pointer.key);
    const found = createHash('sha256').update(bytes).digest('hex');
    try {
      if (found !== pointer.hash)
        throw new Error(`s3://${pointer.bucket}/${pointer.key} has SHA-256 ${found}, expected ${pointer.hash}`);
      return this.deps.render(JSON.parse(new TextDecoder().decode(bytes)) as ConfigBundle);
    } catch (error) {
      this.error = messageOf(error).split('\n')[0]!;
      return null;
    }
  }

  private async apply(files: Record<string, string>, hash: string): Promise<string | null> {
    const { generations, check, programs } = this.deps;
    for (const { name, isRunning, isReady } of programs) {
      if (isRunning() && !(await isReady())) throw new Error(`${name} is not ready; the new configuration waits`);
    }
    const before = generations.live;
    const next = generations.write(files, hash);
    const complaint = await check(generations.directory(next));
    if (complaint !== null) {
      generations.prune([before]);
      return complaint;
    }
    generations.activate(next);
    const reloaded: Reloadable[] = [];
    for (const program of programs) {
      // A reload empties Prometheus's list of Alertmanagers for seconds: never without need.
      if (!program.isRunning() || !generations.differ(before, next, program.concerns)) continue;
      reloaded.push(program);
      const failure = await program.reload();
      if (failure === null || before === null) continue;
      generations.activate(before);
      for (const undo of reloaded) await undo.reload();
      generations.prune([]);
      return `${program.name}: ${failure}`;
    }
    generations.prune([before]);
    return null;
  }
}
