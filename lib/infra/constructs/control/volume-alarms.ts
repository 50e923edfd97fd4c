import type { Cluster } from '../../config/cluster';
import { METRICS } from '../../../contract/metrics';
import { type AlarmSpec, some } from './alarm-spec';

/** Data volumes as a whole, and what there is to replace them. */
export const volumeAlarms = ({ policy }: Cluster): AlarmSpec[] => [
  ...Object.entries({
    full: 'has no room for the next WAL segments',
    'read-only': 'takes no writes',
    stalled: 'does not answer',
    gone: 'fails every read and write',
  } satisfies Record<keyof typeof METRICS.volumeTrouble, string>).map(([trouble, says]): AlarmSpec => ({
    ...some(METRICS.volumeTrouble[trouble as keyof typeof METRICS.volumeTrouble]),
    name: `volume-${trouble}`,
    description: `The data volume of a node ${says}. The node does not alert meanwhile.`,
    periodS: 60,
    // The second trigger of a restore; the first is health-check. A full one is not replaced.
    ...(trouble !== 'full' && { calls: ['restore-snapshot'] }),
  })),
  {
    ...some(METRICS.volumesAsked),
    name: 'volume-needed',
    description: 'A node needs another data volume. restore-snapshot makes one from its latest good snapshot.',
    periodS: 60,
  },
  {
    ...some(METRICS.restoresGivenUp),
    name: 'restore-given-up',
    description: 'No snapshot gave a node a volume on which it gets ready.',
    periodS: 60,
  },
  {
    ...some(METRICS.withoutGoodSnapshot),
    name: 'no-good-snapshot',
    description: `A node has no snapshot younger than ${policy.snapshots.goodWithinMs / 3_600_000} h that a restore test found good.`,
    periodS: 300,
    // A new cluster has none, and needs some time for the first one and its test.
    periods: 12,
    missing: 'breaching',
  },
];
