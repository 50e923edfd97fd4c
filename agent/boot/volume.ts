import { AttachVolumeCommand, DescribeVolumesCommand, EC2Client } from '@aws-sdk/client-ec2';
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { promisify } from 'node:util';
import { TAGS } from '../../lib/core/names';
import type { NodeConfig } from '../../lib/core/node-documents';
import type { Log } from '../log';
import { sleep } from '../loop';
import { chooseVolume, devicePath, nextVolumeStep, type KnownVolume, type VolumeStep } from './volume-step';

const run = promisify(execFile);
const LOOK_EVERY_MS = 2_000;

/** Attaches and mounts this node's data volume. Returns its id. Whatever fails is tried again by the caller. */
export async function mountDataVolume(
  config: NodeConfig,
  instanceId: string,
  mountPoint: string,
  log: Log,
): Promise<string> {
  const ec2 = new EC2Client({ region: config.region });
  let said: VolumeStep | null = null;
  for (;;) {
    const volume = chooseVolume(await ownVolumes(ec2, config), config.node);
    const device = devicePath(volume.id);
    const deviceExists = existsSync(device);
    const step = nextVolumeStep({
      mounted: await isMountPoint(mountPoint),
      deviceExists,
      attachedTo: volume.attachedTo,
      self: instanceId,
      fileSystem: deviceExists ? await fileSystemOf(device) : null,
    });
    if (step !== said) log('info', 'volume', { volume: volume.id, step });
    said = step;
    if (step === 'done') return volume.id;
    if (step === 'attach') {
      await ec2.send(new AttachVolumeCommand({ VolumeId: volume.id, InstanceId: instanceId, Device: '/dev/sdf' }));
    } else if (step === 'format') {
      // mkfs.xfs itself refuses a device on which it finds anything: a second lock before data is lost.
      await run('mkfs.xfs', [device]);
    } else if (step === 'mount') {
      mkdirSync(mountPoint, { recursive: true });
      await run('mount', ['-o', 'noatime', device, mountPoint]);
    } else await sleep(LOOK_EVERY_MS);
  }
}

async function ownVolumes(ec2: EC2Client, config: NodeConfig): Promise<KnownVolume[]> {
  const own = { [TAGS.cluster]: config.cluster, [TAGS.shard]: String(config.shard), [TAGS.node]: config.node };
  const Filters = Object.entries(own).map(([tag, value]) => ({ Name: `tag:${tag}`, Values: [value] }));
  const { Volumes = [] } = await ec2.send(new DescribeVolumesCommand({ Filters }));
  return Volumes.map((volume) => ({
    id: volume.VolumeId!,
    tags: Object.fromEntries((volume.Tags ?? []).map(({ Key, Value }) => [Key!, Value ?? ''])),
    attachedTo: volume.Attachments?.find((a) => a.State !== 'detached')?.InstanceId ?? null,
  }));
}

async function isMountPoint(path: string): Promise<boolean> {
  return run('mountpoint', ['-q', path]).then(
    () => true,
    () => false,
  );
}

/** Null for a blank device. Anything but a clear answer is an error: a guess here would format data. */
async function fileSystemOf(device: string): Promise<string | null> {
  try {
    return (await run('blkid', ['-p', '-o', 'value', '-s', 'TYPE', device])).stdout.trim() || 'unknown';
  } catch (error) {
    if ((error as { code?: unknown }).code === 2) return null; // blkid's way to say: nothing found.
    throw error;
  }
}
