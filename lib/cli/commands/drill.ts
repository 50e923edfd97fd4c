import { createInterface } from 'node:readline/promises';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { S3Client } from '@aws-sdk/client-s3';
import { s3ControlStore } from '../../shell/assignment/store';
import {
  DRILLS,
  judgeOperatorDrill,
  planDrill,
  type DrillKind,
  type DrillPlan,
  type DrillReport,
} from '../../core/status/drill-plan';
import { hint } from '../../contract/nearest';
import { UserError } from '../../contract/errors';
import { reportStatus, type StatusReport } from '../../core/status/status';
import { readAnnouncements } from '../cluster/announcements';
import type { ClusterHandle } from '../cluster/cluster';
import { NotNow } from '../exit';
import { readCluster } from '../cluster/read-cluster';
import type { FaultInjector } from './inject-fault';

export interface DrillDeps {
  readonly handle: ClusterHandle;
  readonly s3: S3Client;
  readonly injectFault: FaultInjector;
  /** The cluster's name as typed by whoever asks; asked for where it is absent. */
  readonly confirm: string | undefined;
  /** Progress, one line each; never where JSON goes. */
  readonly say: (line: string) => void;
  /** Ends the looking on. @default nothing does */
  readonly signal?: AbortSignal;
}

const LOOK_MS = 500;
/** A node that is gone must not keep the look from the one that takes over. */
const NODE_MS = 1_500;
const STORE_TIMEOUT_MS = 5_000;

/** @throws UserError when there is no such drill */
export function drillNamed(name: string): DrillKind {
  if (Object.hasOwn(DRILLS, name)) return name as DrillKind;
  throw new UserError({
    what: 'there is no such drill',
    got: name,
    expected: Object.keys(DRILLS).join(', '),
    fix: `npx promha drill switchover; the drills that need no account are those of \`npm run drill\`${hint(name, Object.keys(DRILLS))}`,
  });
}

/**
 * Hurts a cluster that people rely on, after saying what will happen and after whoever asks has typed its name. Refuses
 * unless all is well, before the question and again after the answer. @throws UserError when nothing was done
 */
export async function drillCluster(drill: DrillKind, deps: DrillDeps): Promise<DrillReport> {
  const { handle, s3, say } = deps;
  const first = planned(drill, await look(deps));
  for (const sentence of first.says) say(sentence);
  await confirmed(deps);
  // Minutes may have passed.
  const plan = planned(drill, await look(deps));
  const store = s3ControlStore(s3, handle.controlBucket, handle.shard, STORE_TIMEOUT_MS);
  const node = (await readAnnouncements(store, handle.shard)).announcements.get(plan.node)!;

  const struckAt = Date.now();
  await deps.injectFault(node);
  say(`Done to ${plan.node}; looking on.`);
  let moved: { readonly node: string; readonly at: number } | null = null;
  let wellAt: number | null = null;
  let last: StatusReport | null = null;
  for (
    const end = struckAt + plan.wellMs;
    Date.now() < end && wellAt === null;
    await sleep(LOOK_MS, undefined, { signal: deps.signal })
  ) {
    last = await look(deps);
    const alerts = last.nodes.find((n) => n.node === last!.active && n.node !== plan.node && n.gate === 'open');
    if (moved === null && alerts !== undefined) {
      moved = { node: alerts.node, at: Date.now() };
      say(`${alerts.node} alerts, epoch ${last.epoch}: ${last.reason}`);
    }
    if (moved !== null && last.healthy) wellAt = Date.now();
    if (moved === null && Date.now() - struckAt > plan.movedMs) break;
  }
  const movedAfterMs = moved === null || moved.at - struckAt > plan.movedMs ? null : moved.at - struckAt;
  return judgeOperatorDrill(
    drill,
    plan,
    {
      tookOver: moved?.node ?? null,
      movedAfterMs,
      wellAfterMs: wellAt === null ? null : wellAt - struckAt,
      epochs: (last?.epoch ?? plan.epoch) - plan.epoch,
    },
    last?.problems ?? [],
  );
}

async function look({ handle, s3 }: DrillDeps): Promise<StatusReport> {
  return reportStatus(await readCluster(handle, s3, NODE_MS), Date.now());
}

/** @throws UserError where it must not begin */
function planned(drill: DrillKind, report: StatusReport): DrillPlan {
  const decision = planDrill(drill, report);
  if (decision.kind === 'go') return decision;
  throw new NotNow({ what: `nothing was done. ${decision.because}`, fix: decision.fix });
}

/** What somebody types; of who leaves with Ctrl-C or Ctrl-D, that. */
export async function askName(cluster: string, input: Readable, output: Writable): Promise<string> {
  const terminal = createInterface({ input, output, terminal: true });
  try {
    return await terminal.question(`Type the name of the cluster (${cluster}) to go on, anything else to stop: `);
  } catch (error) {
    output.write('\n');
    return (error as Error).message;
  } finally {
    terminal.close();
  }
}

/** @throws UserError unless the cluster's name was typed */
async function confirmed({ handle, confirm }: DrillDeps): Promise<void> {
  const { cluster } = handle;
  let typed = confirm;
  if (typed === undefined && process.stdin.isTTY) typed = await askName(cluster, process.stdin, process.stderr);
  if (typed?.trim() === cluster) return;
  throw new UserError({
    what: 'nothing was done: the name of the cluster was not confirmed',
    got: typed === undefined ? 'nobody to ask: this is no terminal' : typed,
    expected: cluster,
    fix: typed === undefined ? `add --confirm ${cluster}` : 'type exactly this name',
  });
}
