import { createHash } from 'node:crypto';
import {
  CONFIG_BUNDLE,
  type BundleAddress,
  type ConfigBundle,
  type ConfigPointer,
} from '../../lib/contract/documents/config';
import type { ScrapeProfile } from '../../lib/contract/profile';
import { configToRun, isOf, shortHash } from '../../lib/core/rendering/trial';
import type { ControlStore } from '../../lib/shell/assignment/store';
import { messageOf, type Log } from '../base/log';
import type { Generations } from './generation';
import type { ConfigTrial } from './trial';
import { variantKey, variantOf, type Variant } from './variant';

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
  /** Ends it, so that it is started anew. */
  readonly restart: () => void;
}

export interface ConfigurerDeps {
  readonly store: Pick<ControlStore, 'readConfigPointer' | 'readBytes'>;
  readonly generations: Generations;
  readonly render: (bundle: ConfigBundle, variant: Variant) => Record<string, string>;
  /** The profile that the assignment asks for. */
  readonly profile: () => ScrapeProfile;
  /** Which share of the targets the shard map gives to this one. */
  readonly shardCounts: () => readonly number[];
  /** Null when the configuration is sound. */
  readonly check: (directory: string) => Promise<string | null>;
  readonly programs: readonly Reloadable[];
  readonly secrets: {
    /** Names of those that have no value, and that what runs does not lack as well. */
    readonly lacks: (files: Readonly<Record<string, string>>) => Promise<readonly string[]>;
    /** Puts into place what a generation needs. */
    readonly prepare: (generation: string) => Promise<void>;
  };
  /** Whether it is this node's turn to load this variant (its key); `onTrial`: it is not known to be good. */
  readonly mayLoad: (key: string, onTrial: boolean) => Promise<boolean>;
  readonly trial: ConfigTrial;
  /** Of a clock that is never set, ms. */
  readonly elapsed: () => number;
  readonly log: Log;
}

/** The pointer is written once a minute at most. Profile and shards come by other ways, and are looked at each round. */
const POINTER_MS = 10_000;
/** A deploy gives nodes the permission to read a new secret minutes after its name; what runs need not suffer for it. */
const SECRETS_PATIENCE_MS = 5 * 60_000;

/**
 * Follows the configuration pointer and the scrape profile: fetch, render, check, swap, reload, verify, and look on for a while. What is
 * rejected on the way never replaces what runs, what does not prove itself gives way to what ran before, and neither is tried
 * again until the pointer changes.
 */
export class Configurer {
  hash: string | null;
  /** The profile in force. */
  profile: ScrapeProfile = 'normal';
  /** The share of the targets in force, and since when this agent has known it to be, ms. */
  shardCounts: readonly number[] = [1];
  sharedSince = Date.now();
  loadedAt: number | null = null;
  error: string | null = null;
  private pointer: ConfigPointer | null = null;
  private pointerReadAt = -Infinity;
  private rejected: string | null = null;
  private saidMissing = false;
  /** Another node has to try it first. */
  private waitsFor: string | null = null;
  /** What waits for its secrets. */
  private waiting: { readonly key: string; readonly files: Record<string, string>; readonly since: number } | null =
    null;

  constructor(private readonly deps: ConfigurerDeps) {
    const { live } = deps.generations;
    const key = live === null ? null : deps.generations.bundleOf(live);
    this.hash = null;
    if (key !== null) ({ hash: this.hash, profile: this.profile, shardCounts: this.shardCounts } = variantOf(key));
  }

  /** Whether what runs has been well for as long as it has to be. */
  get well(): boolean {
    return this.hash !== null && this.deps.trial.before === null;
  }

  /** What it does about a new configuration, a sentence that follows the node's name; null: nothing. */
  get doing(): string | null {
    const waits = this.waitsFor && `it waits until a standby has been well with configuration ${this.waitsFor}`;
    return this.deps.trial.said ?? waits;
  }

  /** The deployed bundle, which this node refuses. */
  get refused(): { readonly hash: string; readonly because: string } | null {
    const { refusal } = this.deps.trial;
    return refusal && { hash: refusal.hash, because: refusal.because };
  }

  async round(): Promise<void> {
    const because = await this.deps.trial.round();
    if (because !== null) await this.goBack(because);
    const pointer = await this.readPointer();
    if (pointer === null) {
      if (!this.saidMissing)
        this.deps.log('warn', 'config-pointer-missing', { hint: 'the first health check writes it' });
      this.saidMissing = true;
      return;
    }
    const { trial } = this.deps;
    if (trial.refusal !== null && !isOf(trial.refusal, pointer)) {
      trial.forgetRefusal();
      this.rejected = null;
    }
    const { source, refused } = configToRun(pointer, this.hash, trial.refusal);
    if (refused !== null) this.error = refused;
    if (source === null) return;
    const wanted = { hash: source.hash, profile: this.deps.profile(), shardCounts: this.deps.shardCounts() };
    const key = variantKey(wanted);
    const inForce =
      this.hash === null ? null : variantKey({ hash: this.hash, profile: this.profile, shardCounts: this.shardCounts });
    this.waitsFor = null;
    if (key === inForce) this.error = refused;
    if (key === inForce || key === this.rejected) return;
    const isNew = inForce !== null && wanted.hash !== this.hash;
    const onTrial = isNew && trial.tries && source.hash === pointer.hash && pointer.goodAt === undefined;
    if (!(await this.deps.mayLoad(key, onTrial))) {
      this.waitsFor = onTrial ? shortHash(wanted.hash) : null;
      return;
    }
    const files = this.waiting?.key === key ? this.waiting.files : await this.fetch(source, wanted);
    if (files !== null && inForce !== null && (await this.waitsForSecrets(key, files))) return;
    const from = this.profile;
    const before = this.deps.generations.live;
    const rules = onTrial ? await trial.rules() : null;
    const problem = files === null ? this.error : await this.apply(files, key);
    if (problem === null) {
      if (String(wanted.shardCounts) !== String(this.shardCounts)) this.sharedSince = Date.now();
      ({ hash: this.hash, profile: this.profile, shardCounts: this.shardCounts } = wanted);
      this.loadedAt = Date.now();
      this.error = refused;
      if (onTrial && before !== null) trial.begin(wanted.hash, before, rules);
      else if (isNew) trial.end();
      this.deps.log('info', 'config-loaded', { ...wanted, ...(wanted.profile !== from && { before: from }) });
    } else {
      this.rejected = key;
      this.error = problem;
      // Of what runs already another share of the targets may be at fault.
      if (wanted.hash !== this.hash && source.hash === pointer.hash) this.refuse(pointer, problem ?? 'unknown');
      this.deps.log('error', 'config-rejected', { ...wanted, error: problem, keeps: inForce });
    }
  }

  private refuse({ hash, generation }: ConfigPointer, because: string): void {
    this.deps.trial.refuse({ hash, ...(generation !== undefined && { generation }), because });
  }

  /** To what ran before, from this node's own disk. What is hung is started anew; what is being started reads it then. */
  private async goBack(because: string): Promise<void> {
    const { generations, programs, secrets, trial, log } = this.deps;
    const [before, from, bad] = [trial.before!, generations.live, this.hash!];
    const keeps = generations.bundleOf(before);
    log('error', 'config-rejected', { hash: bad, error: because, keeps });
    const pointer = this.pointer ?? (await this.readPointer());
    if (pointer?.hash === bad) this.refuse(pointer, because);
    else trial.end();
    // Somebody removed it: what is known to be good is fetched.
    if (keeps === null) return;
    await secrets.prepare(before);
    generations.activate(before);
    ({ hash: this.hash, profile: this.profile, shardCounts: this.shardCounts } = variantOf(keeps));
    this.error = because;
    for (const program of programs) {
      if (!program.isRunning() || !generations.differ(from, before, program.concerns)) continue;
      const wasReady = await program.isReady();
      const failure = await program.reload();
      if (failure !== null && (wasReady || !trial.hasEnded)) program.restart();
    }
    generations.prune([]);
  }

  private async waitsForSecrets(key: string, files: Record<string, string>): Promise<boolean> {
    const names = await this.deps.secrets.lacks(files);
    const now = this.deps.elapsed();
    const { since } = this.waiting?.key === key ? this.waiting : { since: now };
    const waits = names.length > 0 && now - since < SECRETS_PATIENCE_MS;
    if (waits && this.waiting?.key !== key) this.deps.log('warn', 'config-waits-for-secrets', { key, names });
    this.waiting = waits ? { key, files, since } : null;
    return waits;
  }

  /** Without one each round asks: a new cluster waits for its first. */
  private async readPointer(): Promise<ConfigPointer | null> {
    const now = this.deps.elapsed();
    if (this.pointer !== null && now - this.pointerReadAt < POINTER_MS) return this.pointer;
    this.pointer = (await this.deps.store.readConfigPointer())?.pointer ?? null;
    this.pointerReadAt = now;
    return this.pointer;
  }

  /** A store that fails throws and is asked again; a bundle that cannot be used is rejected (null). */
  private async fetch(pointer: BundleAddress, variant: Variant): Promise<Record<string, string> | null> {
    const where = `s3://${pointer.bucket}/${pointer.key}`;
    const bytes = await this.deps.store.readBytes(pointer.bucket, pointer.key, CONFIG_BUNDLE.maxBytes);
    const found = createHash('sha256').update(bytes).digest('hex');
    try {
      if (found !== pointer.hash) throw new Error(`${where} has SHA-256 ${found}, expected ${pointer.hash}`);
      return this.deps.render(CONFIG_BUNDLE.parse(new TextDecoder().decode(bytes), where), variant);
    } catch (error) {
      this.error = messageOf(error).split('\n')[0]!;
      return null;
    }
  }

  private async apply(files: Record<string, string>, key: string): Promise<string | null> {
    const { generations, check, programs } = this.deps;
    for (const { name, isRunning, isReady } of programs) {
      if (isRunning() && !(await isReady())) throw new Error(`${name} is not ready; the new configuration waits`);
    }
    const before = generations.live;
    const next = generations.write(files, key);
    await this.deps.secrets.prepare(next);
    const complaint = await check(generations.directory(next));
    const keep = [before, this.deps.trial.before];
    if (complaint !== null) {
      generations.prune(keep);
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
      generations.prune([this.deps.trial.before]);
      return `${program.name}: ${failure}`;
    }
    generations.prune(keep);
    return null;
  }
}
