import type { Probe } from '../../lib/core/failover/health';
import { judgedPointer, type ConfigVerdict } from '../../lib/core/rendering/config-pointer';
import type { ControlStore } from '../../lib/shell/assignment/store';
import { swappablePointer } from '../../lib/shell/assignment/swappable';
import { updateByCas } from '../../lib/shell/assignment/update-by-cas';
import { reasonOf } from '../../lib/shell/probes/prober';
import { log } from '../shared/log';

const MOST_LOST = 3;
/** While nodes say what the pointer may not have yet. */
const LOOK_MS = 6_000;
/** What was deployed again has the same hash. */
const KNOWN_FOR_MS = 60_000;

/** What this execution environment last saw of the pointer, ms. */
let seen: { readonly at: number; readonly settled: readonly string[] } = { at: -Infinity, settled: [] };

export interface VerdictDeps {
  readonly store: Pick<ControlStore, 'readConfigPointer' | 'writeConfigPointer'>;
  readonly shard: number;
  /** See policy.canary. */
  readonly wellMs: number;
  readonly now: () => number;
}

/** Writes into the pointer what nodes say of their configuration, for those that cannot ask them. Never rejects. */
export async function recordVerdict(
  { store, shard, wellMs, now }: VerdictDeps,
  probes: ReadonlyMap<string, Probe>,
): Promise<void> {
  const verdicts = [...probes.values()].flatMap(({ node, agent }): ConfigVerdict[] =>
    agent?.config === undefined ? [] : [{ node, alerts: agent.gateOpen, ...agent.config }],
  );
  if (!isDue(verdicts, now())) return;
  try {
    const outcome = await updateByCas(
      swappablePointer(store),
      (current) => {
        if (current === null) return { kind: 'done', result: null };
        const next = judgedPointer(current, shard, verdicts, wellMs, now());
        return next === null ? { kind: 'done', result: current } : { kind: 'write', next, result: next };
      },
      { mostLost: MOST_LOST },
    );
    if (outcome.kind === 'lost') return;
    const pointer = outcome.result;
    const isJudged = pointer !== null && (pointer.goodAt ?? pointer.refused) !== undefined;
    const settled = [isJudged ? pointer.hash : undefined, pointer?.lastGood?.hash].filter((hash) => hash !== undefined);
    seen = { at: now(), settled };
    if (outcome.kind !== 'written' || pointer === null) return;
    const { hash, refused } = pointer;
    if (refused === undefined) log('info', 'config-is-good', { hash });
    else log('error', 'config-refused', { hash, ...refused });
  } catch (error) {
    log('warn', 'config-verdict-not-written', { error: reasonOf(error) });
  }
}

function isDue(verdicts: readonly ConfigVerdict[], now: number): boolean {
  const { at, settled } = seen;
  const passed = Math.abs(now - at);
  const isNews = (hash: string | null): boolean =>
    hash !== null && passed >= LOOK_MS && (passed >= KNOWN_FOR_MS || !settled.includes(hash));
  return verdicts.some(({ alerts, hash, well, refused }) => isNews(refused?.hash ?? (alerts && well ? hash : null)));
}
