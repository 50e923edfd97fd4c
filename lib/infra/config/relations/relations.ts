import type { Cluster, ClusterConfig } from '../cluster';
import type { Contradiction } from './contradiction';
import { certificateElsewhere } from './certificate';
import { thanosProblems } from './thanos';
import { image } from './thanos-image';
import { nodes, machines } from './nodes';
import { network } from './network';
import { disk, load, reservation } from './capacity';
import { secretsElsewhere } from './secrets';
import { times } from './times';

/** Relations between settings; each setting alone is well-formed by now. */
export function contradictions(c: Cluster & Pick<ClusterConfig, 'thanos'>): Contradiction[] {
  return [
    ...nodes(c),
    ...machines(c),
    ...network(c),
    ...disk(c),
    ...times(c),
    ...load(c),
    ...reservation(c),
    ...thanosProblems(c),
    ...image(c),
    ...secretsElsewhere(c),
    ...certificateElsewhere(c),
  ];
}
