import { AttachVolumeCommand, DescribeVolumesCommand, type EC2Client, type Volume } from '@aws-sdk/client-ec2';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ebsClient, ownTags, tagsOf, withTags } from '../../lib/shell/aws/ebs';
import { judge } from '../../lib/core/tsdb/judge';
import type { SnapshotTest } from '../../lib/contract/documents/storage';
import { TAGS } from '../../lib/contract/tags';
import { mountedDevice, unmount } from '../boot/mounts';
import { detach, mountAt, type DataVolumePlace } from '../boot/volume';
import { ATTACH_TEST_AS, deviceName } from '../boot/volume-step';
import { messageOf } from '../base/log';
import { tool } from '../process/bounds';
import { sleep } from '../base/loop';
import { Memory } from '../tsdb/memory';
import { scrubPass } from '../tsdb/pass';
import { countLines } from './count-lines';

export interface TesterOptions extends DataVolumePlace {
  /** Where the volume is mounted that is tried. */
  readonly scratch: string;
  readonly promtool: string;
  readonly bytesPerSecond: number;
  readonly retentionMs: number;
  readonly onResult: (test: SnapshotTest) => void;
}

const DEVICE_MS = 60_000;
const DUMP_MS = 10 * 60_000;
/** A good snapshot has samples from as shortly before it as this. */
const FRESH_MS = 5 * 60_000;

/**
 * Tries snapshots: take-snapshot has a volume made of one for this node, by its tags. It is mounted as a restore would
 * mount it, read by the scrub, and opened by Prometheus's own tool, which has to find the samples of the last minutes.
 */
export class SnapshotTester {
  private done: string | null = null;

  constructor(private readonly o: TesterOptions) {}

  async round(): Promise<void> {
    const { config, log } = this.o;
    const ec2 = ebsClient(config.region);
    const Filters = withTags({ ...ownTags(config.cluster, config.shard), [TAGS.testedBy]: config.node });
    const [volume] = (await ec2.send(new DescribeVolumesCommand({ Filters }))).Volumes ?? [];
    if (volume === undefined) return;
    const id = volume.VolumeId!;
    if (this.done !== id) {
      const began = Date.now();
      // A machine that gets no device says nothing about the snapshot: it is tried again.
      const device = await this.attach(ec2, volume).catch(async (error: unknown) => {
        await detach(id, this.o, false); // what hangs on a node take-snapshot could not delete
        throw error;
      });
      const because = await this.mountAndTry(device, volume).catch(async (error: unknown) => {
        if (!endedFromOutside(error)) return saidBy(error);
        // As when memory ran out: that says nothing about the snapshot either. take-snapshot has it tried again later.
        this.done = id;
        await this.letGo(id);
        throw error;
      });
      const good = because.startsWith(GOOD);
      this.o.onResult({
        snapshotId: tag(volume, TAGS.testOf),
        volumeId: id,
        good,
        because,
        at: new Date().toISOString(),
      });
      log(good ? 'info' : 'warn', 'snapshot-tried', {
        snapshot: tag(volume, TAGS.testOf),
        good,
        because,
        tookMs: Date.now() - began,
      });
      this.done = id;
    }
    await this.letGo(id);
  }

  private async letGo(id: string): Promise<void> {
    const { scratch, onHost } = this.o;
    if ((await mountedDevice(scratch)) !== null) await unmount(scratch, onHost);
    await detach(id, this.o, false);
  }

  private async attach(ec2: EC2Client, volume: Volume): Promise<string> {
    const { instanceId, deviceDir } = this.o;
    const id = volume.VolumeId!;
    const device = join(deviceDir, deviceName(id));
    if ((volume.Attachments ?? []).length === 0) {
      await ec2.send(new AttachVolumeCommand({ VolumeId: id, InstanceId: instanceId, Device: ATTACH_TEST_AS }));
    }
    for (const end = Date.now() + DEVICE_MS; !existsSync(device); await sleep(500)) {
      if (Date.now() > end) throw new Error('its device does not appear');
    }
    return device;
  }

  private async mountAndTry(device: string, volume: Volume): Promise<string> {
    const { scratch, onHost } = this.o;
    if ((await mountedDevice(scratch)) === null) await mountAt(device, scratch, onHost);
    return this.tryOut(Date.parse(tag(volume, TAGS.takenAt)));
  }

  /** Why it is good, beginning with GOOD, or why not. */
  private async tryOut(takenAt: number): Promise<string> {
    const { scratch, promtool, bytesPerSecond, retentionMs, log } = this.o;
    const tsdb = join(scratch, 'prometheus');
    if (!existsSync(join(tsdb, 'wal'))) return 'there is no TSDB on it';
    const seen = await scrubPass(tsdb, { bytesPerSecond, deep: new Set() });
    const memory = await new Memory(scratch, log).read();
    const { findings } = judge(memory, seen, { running: false, blocksLoaded: null, retentionMs, bySize: true });
    const worst = findings.find((f) => f.ifStarted === 'refuses' || f.ifStarted === 'destroys');
    if (worst !== undefined) return worst.says;
    const range = [`--min-time=${takenAt - FRESH_MS}`, `--max-time=${takenAt + 60_000}`, '--match={__name__="up"}'];
    const dump = tool(promtool, ['tsdb', 'dump', `--sandbox-dir-root=${scratch}`, ...range, tsdb]);
    const samples = await countLines(dump.file, dump.args, '{', DUMP_MS);
    return samples === 0
      ? `it opens, and has no sample of the last ${FRESH_MS / 60_000} minutes before it`
      : `${GOOD}: ${samples} samples of up in its last ${FRESH_MS / 60_000} minutes`;
  }
}

const GOOD = 'opens';
/** Whether a program that failed got a signal which its time limit did not send. */
export function endedFromOutside(error: unknown): boolean {
  const { killed, signal } = error as { killed?: boolean; signal?: string | null };
  return killed === false && typeof signal === 'string';
}
/** Of a program that failed, what it said last; the command is known. */
const saidBy = (error: unknown): string =>
  (error as { stderr?: string }).stderr?.trim().split('\n').pop() || messageOf(error).split('\n')[0]!;
const tag = (volume: Volume, name: string): string => tagsOf(volume.Tags)[name] ?? '';
