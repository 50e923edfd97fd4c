import type { NodeId } from '../../contract/documents/assignment';
import type { StatusReport } from './status';

/** What `promha drill` can do to a cluster that people rely on. Each is undone by the cluster itself. */
export const DRILLS = {
  switchover: 'gives alerting to the other node, as an operator would',
  'kill-prometheus': "SIGKILL of the alerting node's Prometheus; its agent starts it again",
  'lose-machine':
    'the machine of the alerting node is terminated; its Auto Scaling group starts another one on the same volume',
} as const;

export type DrillKind = keyof typeof DRILLS;

/** Until another node alerts, and until all is as before, ms. */
const LIMITS: Record<DrillKind, { readonly movedMs: number; readonly wellMs: number }> = {
  switchover: { movedMs: 15_000, wellMs: 60_000 },
  // Its own agent sees the exit; a resend interval later the old node's gate is primed again.
  'kill-prometheus': { movedMs: 15_000, wellMs: 180_000 },
  // An orderly end hands over; a boot and a replay of the WAL take minutes.
  'lose-machine': { movedMs: 30_000, wellMs: 1_200_000 },
};

export interface DrillPlan {
  readonly kind: 'go';
  /** The node that alerts, and is hurt. */
  readonly node: NodeId;
  readonly epoch: number;
  /** What will happen and what it risks, one sentence each. */
  readonly says: readonly string[];
  readonly movedMs: number;
  readonly wellMs: number;
}

export type DrillDecision = DrillPlan | { readonly kind: 'refuse'; readonly because: string; readonly fix: string };

/** Whether a drill may begin: only where nothing is wrong, so that what follows is the drill's doing and is survived. */
export function planDrill(drill: DrillKind, report: StatusReport): DrillDecision {
  const { cluster, shard, active, epoch, nodes, problems } = report;
  const candidates = nodes.filter((n) => n.node !== active && n.couldTakeOver && !n.isPriming).map((n) => n.node);
  if (!report.healthy || active === null || epoch === null) {
    const because = `Something is wrong already: ${problems.join(' ')}`;
    return { kind: 'refuse', because, fix: 'fix that first; `promha status` says when all is well' };
  }
  if (candidates.length === 0) {
    const because = `No other node could take over from ${active}, so alerting would stop.`;
    const primed = nodes.some((n) => n.isPriming) ? ' The others have just started.' : '';
    return {
      kind: 'refuse',
      because: `${because}${primed}`,
      fix: 'wait until `promha status` shows a standby that could',
    };
  }
  const { movedMs, wellMs } = LIMITS[drill];
  return {
    kind: 'go',
    node: active,
    epoch,
    movedMs,
    wellMs,
    says: [
      `Cluster ${cluster}, shard ${shard}: ${active} alerts (epoch ${epoch}); ${candidates.join(', ')} could take over.`,
      `${drill}: ${DRILLS[drill]}.`,
      `Expected: another node alerts within ${movedMs / 1000} s, and all is well again within ${wellMs / 60_000} min. Nobody is paged for it twice.`,
      ...(drill === 'switchover'
        ? []
        : [
            `Until then the next failure finds ${candidates.length === 1 ? 'nobody' : 'fewer nodes'} to take over, and alarms about it may ring.`,
          ]),
      'Alerting does not move back by itself afterwards.',
    ],
  };
}

/** How a drill ended. Times in ms from the strike; null: not within its limit. */
export interface DrillReport {
  readonly drill: DrillKind;
  readonly node: NodeId;
  readonly tookOver: NodeId | null;
  readonly movedAfterMs: number | null;
  readonly wellAfterMs: number | null;
  /** New epochs; one is right. */
  readonly epochs: number;
  readonly passed: boolean;
  /** What is still wrong, or was not as expected. */
  readonly problems: readonly string[];
}

export function judgeOperatorDrill(
  drill: DrillKind,
  plan: DrillPlan,
  seen: Pick<DrillReport, 'tookOver' | 'movedAfterMs' | 'wellAfterMs' | 'epochs'>,
  stillWrong: readonly string[],
): DrillReport {
  const problems = [
    ...(seen.movedAfterMs === null ? [`No other node was seen alerting within ${plan.movedMs / 1000} s.`] : []),
    ...(seen.wellAfterMs !== null
      ? []
      : seen.movedAfterMs === null && seen.tookOver === null
        ? [`So it was not waited for until all is well. Now: ${stillWrong.join(' ') || 'nothing is seen to be wrong.'}`]
        : [`Not well again within ${plan.wellMs / 60_000} min: ${stillWrong.join(' ')}`]),
    ...(seen.epochs === 1
      ? []
      : [`The assignment changed ${seen.epochs} times instead of once: see \`promha history\`.`]),
  ];
  return { drill, node: plan.node, ...seen, passed: problems.length === 0, problems };
}

export function renderDrill(r: DrillReport): string {
  const seconds = (ms: number | null): string => (ms === null ? 'not in time' : `${(ms / 1000).toFixed(1)} s`);
  return [
    r.passed ? `${r.drill}: as it should be.` : `${r.drill}: FAILED.`,
    ...r.problems.map((problem) => `  ! ${problem}`),
    `  another node seen alerting: ${seconds(r.movedAfterMs)}${r.tookOver === null ? '' : ` (${r.tookOver})`}`,
    `  all well again:             ${seconds(r.wellAfterMs)}`,
    '',
  ].join('\n');
}
