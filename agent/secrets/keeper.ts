import { SECRET_NEEDS, type SecretNeeds, type SecretValues } from '../../lib/contract/documents/secrets';
import type { SecretsStatus } from '../../lib/contract/documents/agent/part-status';
import { NEEDS_FILE } from '../../lib/core/rendering/secrets/of-bundle';
import {
  forgetOthers,
  secretsAreDue,
  learn,
  missingOf,
  NOTHING_KNOWN,
  recall,
  valueOf,
} from '../../lib/core/secrets/known';
import { usersOf } from '../../lib/core/rendering/secrets/uses';
import { secretsStatus } from '../../lib/core/secrets/status';
import { within } from '../../lib/shell/async/within';
import { systemClock, type Clock } from '../../lib/shell/async/clock';
import { messageOf, type Log } from '../base/log';
import type { Reloadable } from '../rendering/configurer';
import type { Generations } from '../rendering/generation';
import type { Base } from '../base/base';
import { copyOnVolume, type SecretCopy } from './copy';
import { SecretMemory } from './memory';
import { readersIn } from './readers';
import { fetchSecrets, type FetchSecrets } from './source';

export interface SecretKeeperDeps {
  readonly generations: Generations;
  readonly memory: SecretMemory;
  readonly copy: SecretCopy;
  readonly fetch: FetchSecrets;
  readonly programs: readonly Reloadable[];
  readonly clock: Pick<Clock, 'now' | 'elapsed'>;
  readonly log: Log;
}

/** Nobody waits longer for an API or a volume: what is there is used. */
const PATIENCE_MS = 10_000;

/**
 * Keeps the values of secrets where programs read them: in memory-backed files, renewed while they run. What could not be
 * fetched stays what it was, or comes from the last good copy, or is missing and said to be.
 */
export class SecretKeeper {
  private known = NOTHING_KNOWN;
  private recalled = false;
  private since: { readonly wanted: string; readonly at: number } | null = null;
  /** Values as they lie on the data volume, so that only a change is written. */
  private copied: string | null = null;
  private copyIsUnread = false;
  private copiedAt: number | null = null;
  private copyProblem: string | null = null;
  /** Programs that have to load a file again. */
  private readonly owed = new Set<string>();
  private said = '';

  constructor(private readonly deps: SecretKeeperDeps) {}

  /** Declared secrets of a configuration that have no value, beyond those that what runs lacks as well. */
  async lacks(files: Readonly<Record<string, string>>): Promise<string[]> {
    const needs = needsIn(files[NEEDS_FILE], 'what was rendered');
    if (needs === null) return [];
    await this.find(needs);
    const live = this.liveNeeds();
    const before = live === null ? [] : missingOf(this.known, live.declared);
    return missingOf(this.known, needs.declared).filter((name) => !before.includes(name));
  }

  /** Everything that a generation needs, in place before anything reads it. */
  async prepare(id: string): Promise<void> {
    const needs = this.needsOf(id);
    if (needs === null) return;
    await this.find(needs);
    this.lay(id, needs);
  }

  /** The same of what is in use: after a boot nothing of it is in memory. */
  async prepareLive(): Promise<void> {
    const { live } = this.deps.generations;
    if (live !== null) await this.prepare(live);
  }

  async round(): Promise<void> {
    const { generations, memory, clock } = this.deps;
    const { live } = generations;
    const needs = this.liveNeeds();
    if (live === null || needs === null) return;
    if (secretsAreDue(this.known, needs.declared, this.wantedSince(needs), clock.elapsed())) {
      await this.ask(needs);
      for (const file of this.lay(live, needs)) {
        for (const { name, concerns } of this.deps.programs) if (concerns(file)) this.owed.add(name);
      }
      const files = [...Object.keys(needs.declared), ...Object.keys(needs.texts)];
      memory.prune(generations.all, files);
    }
    await this.reloadOwed();
    await this.keepCopy(needs);
  }

  /** null: nothing is declared. */
  get status(): SecretsStatus | null {
    const needs = this.liveNeeds();
    if (needs === null) return null;
    const { live } = this.deps.generations;
    const text = (file: string): string => this.deps.generations.textOf(live!, file) ?? '';
    return secretsStatus(this.known, needs, usersOf(needs, text), {
      copiedAt: this.copiedAt,
      problem: this.copyProblem,
    });
  }

  /** Values, from whoever has them: this boot's memory, AWS, the copy. */
  private async find(needs: SecretNeeds): Promise<void> {
    const { memory, copy, clock, log } = this.deps;
    if (!this.recalled) {
      this.recalled = true;
      if (!memory.isInMemory()) log('warn', 'secrets-on-disk', { hint: 'PROMHA_SECRETS_DIR is no tmpfs' });
      this.recall(this.attempt('secrets-unreadable', () => memory.read()));
    }
    if (secretsAreDue(this.known, needs.declared, this.wantedSince(needs), clock.elapsed())) await this.ask(needs);
    if (missingOf(this.known, needs.declared).length === 0) return;
    try {
      const values = await within(PATIENCE_MS, copy.read(), 'the copy was not read in time');
      this.recall(values);
      this.copyIsUnread = false;
      if (values !== null) this.copied = JSON.stringify(values.values);
      if (values !== null) log('warn', 'secrets-from-copy', { fetchedAt: values.fetchedAt });
    } catch (error) {
      this.copyIsUnread = true;
      log('error', 'secrets-copy-unreadable', { error: messageOf(error) });
    }
  }

  private recall(values: SecretValues | null): void {
    if (values !== null) this.known = recall(this.known, values);
  }

  private async ask({ declared }: SecretNeeds): Promise<void> {
    const { clock } = this.deps;
    const answers = await this.deps.fetch(Object.values(declared));
    this.known = learn(this.known, answers, { now: clock.now(), elapsed: clock.elapsed() });
  }

  private lay(id: string, needs: SecretNeeds): string[] {
    const { memory, log } = this.deps;
    const changed = memory.lay(id, needs, (name) => valueOf(this.known, needs.declared, name));
    memory.keep(this.toKeep(needs));
    const missing = missingOf(this.known, needs.declared);
    const said = JSON.stringify([missing, [...this.known.failures]]);
    if (said !== this.said) {
      const failures = Object.fromEntries(this.known.failures);
      if (missing.length > 0) log('error', 'secrets-missing', { missing, failures });
      else if (this.known.failures.size > 0) log('warn', 'secrets-not-renewed', { failures });
      else log('info', 'secrets-fetched', { names: Object.keys(needs.declared) });
      this.said = said;
    }
    return changed;
  }

  private async reloadOwed(): Promise<void> {
    const { programs, log } = this.deps;
    for (const program of programs.filter(({ name }) => this.owed.has(name))) {
      // One that does not run reads it when it starts; one that replays its WAL takes no reload yet.
      if (program.isRunning() && !(await program.isReady())) continue;
      this.owed.delete(program.name);
      const failure = program.isRunning() ? await program.reload() : null;
      if (failure === null) log('info', 'secrets-loaded', { program: program.name });
      else log('error', 'secrets-refused', { program: program.name, error: failure });
    }
  }

  private async keepCopy(needs: SecretNeeds): Promise<void> {
    const { copy, clock, log } = this.deps;
    const kept = this.toKeep(needs);
    const values = JSON.stringify(kept.values);
    if (values === this.copied || values === '{}') return;
    // A copy that could not be read may have what is missing.
    if (this.copyIsUnread && missingOf(this.known, needs.declared).length > 0) return;
    const before = this.copyProblem;
    try {
      await within(PATIENCE_MS, copy.write(kept), 'the copy was not written in time');
      this.copied = values;
      this.copiedAt = clock.now();
      this.copyProblem = null;
    } catch (error) {
      this.copyProblem = messageOf(error).split('\n')[0]!;
    }
    if (this.copyProblem === null) log('info', 'secrets-copied', {});
    else if (this.copyProblem !== before) log('error', 'secrets-copy-failed', { error: this.copyProblem });
  }

  private toKeep({ declared }: SecretNeeds): SecretValues {
    const { values, fetchedAt } = forgetOthers(this.known, declared);
    return { version: 1, values, fetchedAt: fetchedAt === null ? null : new Date(fetchedAt).toISOString() };
  }

  private wantedSince({ declared }: SecretNeeds): number {
    const wanted = JSON.stringify(declared);
    if (this.since?.wanted !== wanted) this.since = { wanted, at: this.deps.clock.elapsed() };
    return this.since.at;
  }

  private liveNeeds(): SecretNeeds | null {
    const { live } = this.deps.generations;
    return live === null ? null : this.needsOf(live);
  }

  private needsOf(id: string): SecretNeeds | null {
    const text = this.deps.generations.textOf(id, NEEDS_FILE);
    return this.attempt('secrets-unreadable', () => needsIn(text ?? undefined, `${id}/${NEEDS_FILE}`));
  }

  private attempt<T>(event: string, work: () => T | null): T | null {
    try {
      return work();
    } catch (error) {
      this.deps.log('error', event, { error: messageOf(error) });
      return null;
    }
  }
}

const needsIn = (text: string | undefined, where: string): SecretNeeds | null => {
  if (text === undefined) return null;
  const needs = SECRET_NEEDS.parse(text, where);
  return Object.keys(needs.declared).length === 0 ? null : needs;
};

/** That of a node, with AWS, memory and volume behind it. */
export function secretKeeper(
  { config, env, paths, log }: Base,
  generations: Generations,
  programs: readonly Reloadable[],
): SecretKeeper {
  return new SecretKeeper({
    generations,
    memory: new SecretMemory(
      paths.secrets,
      (id) => generations.directory(id),
      env.units ? readersIn(generations) : null,
    ),
    copy: copyOnVolume(paths.secretsCopy, config),
    fetch: fetchSecrets,
    programs,
    clock: systemClock,
    log,
  });
}
