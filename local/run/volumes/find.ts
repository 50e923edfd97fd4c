import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ifItCanBeHad, type ResolvedTool } from '../../tools';
import type { Network } from '../hosts/network';
import type { Start } from '../start-options';
import { ImageStore } from './image-store';

export const volumesDir = (dir: string): string => join(dir, 'volumes');

/** Data are in plain directories where this is 0, as on machines that cannot do it. */
export const volumesWanted = (): boolean => process.env.PROMHA_LOCAL_VOLUMES !== '0';

/** What makes their file systems, where volumes are wanted and this machine has what they need; else null, and why is said once. */
export async function findVolumes(start: Start, network: Network): Promise<ResolvedTool | null> {
  const without = (why: string): null => {
    start.onProgress(
      `  data of the nodes are in plain directories (${why}); drills of volumes need root and loop devices`,
    );
    return null;
  };
  if (!volumesWanted()) return without('PROMHA_LOCAL_VOLUMES=0');
  if (network.mode !== 'namespaces') return without('not root');
  const mkfs = await ifItCanBeHad('mkfs.xfs', {
    onProgress: (line) => start.onProgress(`  ${line}`),
    signal: start.signal,
  });
  if (mkfs === null) return without('no mkfs.xfs');
  try {
    await tryOut(start, mkfs);
    return mkfs;
  } catch (error) {
    return without((error as Error).message);
  }
}

/** A store is made and closed again: what can go wrong does so here. */
async function tryOut(start: Start, mkfs: ResolvedTool): Promise<void> {
  const root = join(volumesDir(start.dir), 'probe');
  mkdirSync(root, { recursive: true });
  await (await ImageStore.create(root, mkfs)).close();
}
