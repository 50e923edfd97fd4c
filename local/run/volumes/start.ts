import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { EC2Client } from '@aws-sdk/client-ec2';
import type { ResolvedTool } from '../../tools';
import type { Start } from '../start-options';
import { volumesDir } from './find';
import { ImageStore } from './image-store';
import { VolumePlayer, type VolumePlayerOptions } from './player';

export interface VolumesOptions {
  readonly ec2: EC2Client;
  readonly endpoint: string;
  readonly cluster: string;
  readonly mkfs: ResolvedTool;
}

/** Gives the deployed volumes their data, and follows what is attached to whom. */
export async function startVolumes(
  start: Start,
  { ec2, endpoint, cluster, mkfs }: VolumesOptions,
  slots: VolumePlayerOptions['slots'],
): Promise<VolumePlayer> {
  const root = volumesDir(start.dir);
  rmSync(join(root, 'probe'), { recursive: true, force: true });
  const store = await ImageStore.create(root, mkfs);
  start.cleanup.defer('remove the images of the volumes', () => store.close());
  const player = new VolumePlayer({
    ec2,
    endpoint,
    cluster,
    store,
    scratch: join(root, 'scratch'),
    slots,
    onEvent: start.onEvent,
  });
  await player.start();
  start.cleanup.defer('take the volumes away', () => player.stop());
  return player;
}
