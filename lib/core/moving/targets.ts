import { fingerprint } from '../alerts/gate';

/** How many samples a target had in a time, whatever they said. */
export interface TargetSamples {
  readonly labels: Readonly<Record<string, string>>;
  readonly samples: number;
}

interface Counted {
  readonly job: string;
  readonly instance: string;
  readonly old: number;
  readonly ours: number;
}

export interface TargetsCompared {
  /** Targets that both scrape alike. */
  readonly same: number;
  readonly onlyOld: readonly Counted[];
  readonly onlyNew: readonly Counted[];
  /** Scraped less often here. */
  readonly fewer: readonly Counted[];
}

/** Two ask for a range at different moments: one scrape more or less at its ends is none. */
const AT_THE_ENDS = 2;

/** Target by target, by job and instance: both were asked for the same time. */
export function compareTargets(old: readonly TargetSamples[], ours: readonly TargetSamples[]): TargetsCompared {
  const counted = new Map<string, { job: string; instance: string; old: number; ours: number }>();
  for (const [side, targets] of [['old', old] as const, ['ours', ours] as const])
    for (const { labels, samples } of targets) {
      const { job = '', instance = '' } = labels;
      const key = fingerprint({ job, instance });
      const target = counted.get(key) ?? { job, instance, old: 0, ours: 0 };
      counted.set(key, { ...target, [side]: target[side] + samples });
    }
  const all = [...counted.values()];
  const onlyOld = all.filter((target) => target.ours === 0);
  const onlyNew = all.filter((target) => target.old === 0);
  const fewer = all.filter((target) => target.ours > 0 && target.ours < target.old - AT_THE_ENDS);
  return { same: all.length - onlyOld.length - onlyNew.length - fewer.length, onlyOld, onlyNew, fewer };
}
