import { AttachVolumeCommand, DescribeVolumesCommand, DetachVolumeCommand, type EC2Client } from '@aws-sdk/client-ec2';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ebsClient, instanceOf, isUsable, ownTags, tagsOf, withTags } from '../../lib/shell/aws/ebs';
import type { NodeConfig } from '../../lib/contract/documents/node-config';
import { TAGS } from '../../lib/contract/tags';
import type { OwnVolume } from '../../lib/core/volumes/care';
import { messageOf, type Log } from '../base/log';
import { sleep } from '../base/loop';
import { isBlank } from './blank';
import { runCommand, type Run } from './host';
import { isDeviceOf, mountedDevice } from './mounts';
import {
  attachAs,
  chooseVolume,
  deviceName,
  nextVolumeStep,
  UnusableVolume,
  type KnownVolume,
  type VolumeStep,
} from './volume-step';

const LOOK_EVERY_MS = 1_000;
const DETACH_MS = 120_000;
const MOST_MOUNTS = 5;
const MOUNT_AGAIN_MS = 2_000;

/** A node's data volume and where it belongs. */
export interface DataVolumePlace {
  readonly config: NodeConfig;
  readonly instanceId: string;
  readonly mountPoint: string;
  readonly deviceDir: string;
  /** Where mounts are everybody's. */
  readonly onHost: Run;
  readonly log: Log;
}

/** What is mounted; null: a device that EC2 does not know any more. */
export interface Mounted {
  readonly id: string | null;
  readonly generation: number | null;
}

/**
 * Attaches and mounts this node's data volume, the one of the highest generation unless one is mounted already.
 * Whatever fails is tried again by the caller. It waits for EC2 no longer than `withinMs`.
 */
export async function mountDataVolume(
  { config, instanceId, mountPoint, deviceDir, onHost, log }: DataVolumePlace,
  withinMs = Infinity,
): Promise<Mounted> {
  const ec2 = ebsClient(config.region);
  let said: VolumeStep | null = null;
  let mountsFailed = 0;
  for (const end = Date.now() + withinMs; ;) {
    const volumes = await ownVolumes(ec2, config);
    const mounted = await mountedDevice(mountPoint);
    if (mounted !== null) {
      const known = volumes.find((v) => isDeviceOf(v.id, mounted, deviceDir));
      return known === undefined ? { id: null, generation: null } : { id: known.id, generation: generationOf(known) };
    }
    const volume = chooseVolume(volumes, config.node);
    const device = join(deviceDir, deviceName(volume.id));
    const deviceExists = existsSync(device);
    const step = nextVolumeStep({
      mounted: false,
      deviceExists,
      attachedTo: volume.attachedTo,
      self: instanceId,
      fileSystem: deviceExists ? await fileSystemOf(device) : null,
    });
    if (Date.now() > end) throw new Error(`${volume.id} is not mounted within ${withinMs / 1000} s: ${step}`);
    if (step !== said) log('info', 'volume', { volume: volume.id, step });
    said = step;
    const from = volume.tags[TAGS.restoredFrom];
    const unusable = (why: string): UnusableVolume =>
      new UnusableVolume(volume.id, generationOf(volume), from ?? null, why);
    if (step === 'attach') {
      const Device = attachAs(generationOf(volume));
      await ec2.send(new AttachVolumeCommand({ VolumeId: volume.id, InstanceId: instanceId, Device }));
    } else if (step === 'format') {
      if (from !== undefined) throw unusable('no file system');
      // Where the file system begins is all that blkid and mkfs.xfs look for: behind a corrupted beginning there are samples.
      if (!(await isBlank(device))) throw unusable('no file system, and it is not blank');
      // mkfs.xfs itself refuses a device on which it finds anything: a second lock before data is lost.
      await onHost('mkfs.xfs', [device]);
    } else if (step === 'mount') {
      try {
        await mountAt(device, mountPoint, onHost);
      } catch (error) {
        mountsFailed += 1;
        // Samples since the last snapshot are at stake: not for the first failure.
        if (from !== undefined || mountsFailed >= MOST_MOUNTS) throw unusable(messageOf(error));
        log('warn', 'volume-not-mounted', { volume: volume.id, because: messageOf(error) });
        await sleep(MOUNT_AGAIN_MS);
      }
    } else await sleep(LOOK_EVERY_MS);
  }
}

export async function mountAt(device: string, mountPoint: string, run: Run): Promise<void> {
  mkdirSync(mountPoint, { recursive: true });
  // nouuid: a volume made from a snapshot has the id of the one that it was made of, which may still be there.
  await run('mount', ['-t', 'xfs', '-o', 'noatime,nouuid', device, mountPoint]);
}

/** The newest volume that the node could take; null when EC2 knows of none. While one is being made, the one before serves. */
export async function newestVolume(config: NodeConfig): Promise<OwnVolume | null> {
  const ec2 = ebsClient(config.region);
  const known = (await ownVolumes(ec2, config)).filter((v) => v.made && Number.isInteger(generationOf(v)));
  if (known.length === 0) return null;
  const newest = chooseVolume(known, config.node);
  return { id: newest.id, generation: generationOf(newest), attachedTo: newest.attachedTo };
}

/** Has EC2 take a volume away from this machine, and waits for it. `force`: its driver does not answer. */
export async function detach(
  volumeId: string,
  { config, instanceId, log }: DataVolumePlace,
  force: boolean,
): Promise<void> {
  const ec2 = ebsClient(config.region);
  let asked = false;
  for (const end = Date.now() + DETACH_MS; ; await sleep(LOOK_EVERY_MS)) {
    const Filters = [{ Name: 'volume-id', Values: [volumeId] }];
    const [volume] = (await ec2.send(new DescribeVolumesCommand({ Filters }))).Volumes ?? [];
    const held = volume?.Attachments?.some((a) => a.State !== 'detached' && a.InstanceId === instanceId) ?? false;
    if (!held) return;
    if (Date.now() > end) throw new Error(`EC2 has not detached ${volumeId} within ${DETACH_MS / 1000} s`);
    if (asked) continue;
    asked = true;
    log('info', 'volume', { volume: volumeId, step: force ? 'detach-by-force' : 'detach' });
    await ec2.send(new DetachVolumeCommand({ VolumeId: volumeId, InstanceId: instanceId, Force: force }));
  }
}

const generationOf = (v: KnownVolume): number => Number(v.tags[TAGS.generation]);

async function ownVolumes(ec2: EC2Client, config: NodeConfig): Promise<(KnownVolume & { readonly made: boolean })[]> {
  const Filters = withTags({ ...ownTags(config.cluster, config.shard), [TAGS.node]: config.node });
  const { Volumes = [] } = await ec2.send(new DescribeVolumesCommand({ Filters }));
  // One that was replaced is kept for people.
  const inUse = Volumes.filter((volume) => isUsable(volume) && !volume.Tags?.some((tag) => tag.Key === TAGS.kept));
  return inUse.map((volume) => ({
    id: volume.VolumeId!,
    tags: tagsOf(volume.Tags),
    attachedTo: instanceOf(volume),
    made: volume.State !== 'creating',
  }));
}

/** Null for a blank device. Anything but a clear answer is an error: a guess here would format data. */
async function fileSystemOf(device: string): Promise<string | null> {
  try {
    return (await runCommand('blkid', ['-p', '-o', 'value', '-s', 'TYPE', device])).stdout.trim() || 'unknown';
  } catch (error) {
    if ((error as { code?: unknown }).code === 2) return null; // blkid's way to say: nothing found.
    throw error;
  }
}
