import { DescribeSnapshotsCommand, DescribeVolumesCommand, type EC2Client } from '@aws-sdk/client-ec2';
import { TAGS } from '../../../lib/contract/tags';
import { watchChanges } from '../deploy/change-watch';
import { attachDevice, failDevice, releaseDevice, thaw } from './devices';
import type { ImageStore } from './image-store';
import type { DeviceSlots } from './slots';

export interface VolumePlayerOptions {
  readonly ec2: EC2Client;
  readonly endpoint: string;
  readonly cluster: string;
  readonly store: ImageStore;
  /** null: that instance is not here. */
  readonly slots: (instanceId: string) => DeviceSlots | null;
  readonly scratch: string;
  readonly onEvent: (what: string) => void;
}

interface Attached {
  readonly device: string;
  readonly instanceId: string;
  readonly slots: DeviceSlots;
  /** A node's data; else it is there to try a snapshot. */
  readonly data: boolean;
}

/** Does to images and devices what the emulator's EC2 API says of volumes, snapshots and attachments. */
export class VolumePlayer {
  private readonly attached = new Map<string, Attached>();
  private readonly known = new Set<string>();
  private readonly stalled = new Map<string, string>();
  private looking: Promise<void> = Promise.resolve();
  /** One look that has not begun yet: it sees whatever whoever asks meanwhile wants seen. */
  private next: Promise<void> | null = null;
  private watch: { stop(): Promise<void> } | undefined;

  constructor(private readonly o: VolumePlayerOptions) {}

  /** Resolves when all that is there now is played. */
  async start(): Promise<void> {
    await this.look();
    this.watch = watchChanges(
      this.o.endpoint,
      () => this.look(),
      (error) => this.o.onEvent(`! what the API says of volumes cannot be played: ${error.message}`),
    );
  }

  async stop(): Promise<void> {
    await this.watch?.stop();
    // A look under way would attach again what is taken away here.
    await this.next?.catch(() => undefined);
    await this.looking.catch(() => undefined);
    for (const id of [...this.attached.keys()]) await this.takeAway(id);
  }

  /** Its file system is going to be frozen, from inside: whoever writes waits, and cannot be killed. */
  frozen(volumeId: string): void {
    this.stalled.set(volumeId, this.attached.get(volumeId)!.device);
  }

  /** The volume with a node's data that is attached to an instance. */
  volumeOf(instanceId: string): string {
    const [id] = [...this.attached].find(([, a]) => a.instanceId === instanceId && a.data) ?? [];
    if (id === undefined) throw new Error(`no volume is attached to ${instanceId}`);
    return id;
  }

  /** What the snapshot holds is no file system any more. */
  async spoil(snapshotId: string): Promise<void> {
    if (!this.known.has(snapshotId)) throw new Error(`no snapshot ${snapshotId}`);
    await this.o.store.spoil(snapshotId);
  }

  /** Looks at once, or when the look under way has ended. */
  look(): Promise<void> {
    this.next ??= this.looking
      .catch(() => undefined)
      .then(() => {
        this.looking = this.next!;
        this.next = null;
        return this.refresh();
      });
    return this.next;
  }

  private async refresh(): Promise<void> {
    const { ec2, cluster, store } = this.o;
    const Filters = [{ Name: `tag:${TAGS.cluster}`, Values: [cluster] }];
    const { Volumes = [] } = await ec2.send(new DescribeVolumesCommand({ Filters }));
    const { Snapshots = [] } = await ec2.send(new DescribeSnapshotsCommand({ Filters }));
    const there = new Set([...Volumes.map((v) => v.VolumeId!), ...Snapshots.map((s) => s.SnapshotId!)]);

    for (const { SnapshotId, VolumeId } of Snapshots) {
      if (this.known.has(SnapshotId!)) continue;
      if (store.has(VolumeId!)) await store.clone(VolumeId!, SnapshotId!);
      else this.o.onEvent(`! ${SnapshotId} is of ${VolumeId}, of which there is no data`);
      this.known.add(SnapshotId!);
    }
    for (const { VolumeId, SnapshotId, Size } of Volumes) {
      if (this.known.has(VolumeId!)) continue;
      if (SnapshotId) await store.clone(SnapshotId, VolumeId!);
      else store.blank(VolumeId!, Size! * 2 ** 30);
      this.known.add(VolumeId!);
    }
    const wanted = new Map(Volumes.map((v) => [v.VolumeId!, v.Attachments?.[0]?.InstanceId ?? null]));
    const data = new Set(Volumes.flatMap((v) => (v.Tags?.some((t) => t.Key === TAGS.node) ? [v.VolumeId!] : [])));
    for (const [id, { instanceId }] of this.attached) if (wanted.get(id) !== instanceId) await this.takeAway(id);
    for (const [id, instanceId] of wanted)
      if (instanceId !== null && !this.attached.has(id)) await this.attach(id, instanceId, data.has(id));
    for (const id of this.known) {
      if (there.has(id)) continue;
      await store.remove(id);
      this.known.delete(id);
    }
  }

  private async attach(id: string, instanceId: string, data: boolean): Promise<void> {
    const slots = this.o.slots(instanceId);
    if (slots === null) return; // it is not here yet, or not any more
    const device = await attachDevice(this.o.store.path(id));
    slots.plug(id, device);
    this.attached.set(id, { device, instanceId, slots, data });
    this.o.onEvent(`${id} is ${device} of ${instanceId}`);
  }

  /** Whoever still uses it gets errors. */
  private async takeAway(id: string): Promise<void> {
    const { device, slots, instanceId } = this.attached.get(id)!;
    this.attached.delete(id);
    slots.unplug(id);
    await failDevice(device);
    const stalled = this.stalled.get(id);
    this.stalled.delete(id);
    if (stalled !== undefined) await thaw(stalled, this.o.scratch);
    await releaseDevice(device);
    this.o.onEvent(`${id} is taken from ${instanceId}`);
  }
}
