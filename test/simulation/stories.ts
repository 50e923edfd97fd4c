import type { Schedule } from './world/faults';

/** What a seed once broke, as small as it was shrunk to: played in every run. */
export const STORIES: readonly { readonly name: string; readonly schedule: Schedule }[] = [
  {
    name: 'an older assignment is put back over a pause, and the functions are gone: the pause is put back',
    schedule: {
      seed: 849_281_955,
      nodes: 2,
      skews: [0, 0, 0, 0],
      faults: [
        { kind: 'control-down', at: 0, forMs: 700 },
        { kind: 'pause', at: 12_200, forMs: 8_000 },
        { kind: 'switchover', at: 15_100 },
        { kind: 'assignment', at: 19_200, how: 'restored', forMs: 8_000 },
      ],
    },
  },
  {
    name: 'the same while the functions run: they put the pause back, and nothing moves',
    schedule: {
      seed: 3,
      nodes: 2,
      skews: [0, 0, 0, 0],
      faults: [
        { kind: 'switchover', at: 10_000 },
        { kind: 'pause', at: 12_000, forMs: 60_000 },
        { kind: 'assignment', at: 20_000, how: 'restored', forMs: 0 },
        { kind: 'crash', node: 0, at: 30_000, times: 1, everyMs: 0 },
        { kind: 'crash', node: 1, at: 31_000, times: 1, everyMs: 0 },
      ],
    },
  },
  {
    name: 'rules of the active node are late: alerting moves once, and not back when those of the other are late too',
    schedule: {
      seed: 5,
      nodes: 2,
      skews: [0, 0, 0, 0],
      faults: [
        { kind: 'rules-late', node: 0, at: 10_000, forMs: 60_000 },
        { kind: 'rules-late', node: 1, at: 40_000, forMs: 30_000 },
      ],
    },
  },
  {
    name: 'a paused assignment is deleted: the pause is put back',
    schedule: {
      seed: 4,
      nodes: 3,
      skews: [0, 0, 0, 0],
      faults: [
        { kind: 'pause', at: 12_000, forMs: 60_000 },
        { kind: 'assignment', at: 20_000, how: 'deleted', forMs: 0 },
      ],
    },
  },
  {
    name: 'the active node crashes as S3 falls silent: who breaks the glass alerts until it can be read again',
    schedule: {
      seed: 2_121_036_478,
      nodes: 2,
      skews: [0, 0, 0, 0],
      faults: [
        { kind: 'crash', node: 0, at: 10_000, times: 1, everyMs: 0 },
        { kind: 'store-down', at: 10_100, forMs: 23_000, how: 'silent' },
      ],
    },
  },
];
