import type { VolumeStatus } from '../../lib/contract/documents/agent/part-status';
import type { NodeConfig } from '../../lib/contract/documents/node-config';
import type { SnapshotTest, StorageReport, VolumeTrouble } from '../../lib/contract/documents/storage';
import type { ControlStore } from '../../lib/shell/assignment/store';
import { UserError } from '../../lib/contract/errors';
import { reconcileVolume } from '../../lib/core/volumes/care';
import { needsAnother, troubleOf, type VolumeLook } from '../../lib/core/volumes/health';
import { onHost } from '../boot/host';
import { mountedDevice, unmount } from '../boot/mounts';
import { makeProgramDirectories } from '../boot/prepare';
import type { Mounted, DataVolumePlace } from '../boot/volume';
import { UnusableVolume } from '../boot/volume-step';
import type { AgentEnv } from '../base/env';
import type { Identity } from '../base/identity';
import { messageOf, type Log } from '../base/log';
import type { Supervisor } from '../process/supervisor';
import type { Scrubber } from '../tsdb/scrubber';
import { freeOldest } from './free';
import { VolumeProbe } from './probe';

export interface VolumeManagerOptions {
  readonly config: NodeConfig;
  readonly identity: Identity;
  readonly env: Pick<AgentEnv, 'units'>;
  readonly data: string;
  readonly deviceDir: string;
  readonly walSegmentBytes: number;
  readonly store: Pick<ControlStore, 'writeStorage'>;
  /** What has files of the data volume open. */
  readonly programs: readonly Pick<Supervisor, 'hold' | 'letGo'>[];
  readonly scrubber: Pick<Scrubber, 'status' | 'volumeChanged'>;
  /** It lets alerts through; its Prometheus works. */
  readonly alerts: () => boolean;
  readonly isHealthy: () => boolean;
  /** No other node is seen to work. */
  readonly alone: () => boolean;
  /** Samples were lost: the volume took none for a while, or the data are those of an earlier time now. */
  readonly onLoss: () => Promise<void>;
  readonly log: Log;
}

/** A report that says nothing new is written this often. */
const REPORT_MS = 60_000;
/** EC2 attaches within seconds. What takes longer may never come: another volume is asked for while it is tried on. */
const ATTACH_MS = 120_000;

/** Watches the data volume as a whole, asks for another one where nothing else helps, and takes it. */
export class VolumeManager {
  private readonly volumeProbe: VolumeProbe;
  private readonly place: DataVolumePlace;
  private mounted: Mounted | null = null;
  private trouble: VolumeTrouble | null = null;
  private asked = false;
  private need: { readonly since: string; readonly because: string } | null = null;
  private since: string | null = null;
  private seen: VolumeLook = { pendingMs: null, complaint: '', freeBytes: null, totalBytes: null };
  /** It is well again, and nobody was notified yet that samples are missing. */
  private lost = false;
  /** The newest volume cannot be mounted, so that none is: why. */
  private unusable: string | null = null;
  private remounted = false;
  private swapping: { readonly from: string | null; readonly since: number; stuck: boolean } | null = null;
  private readonly freed: string[] = [];
  private doing: string | null = null;
  private reported = { text: '', at: 0 };
  private said = '';
  /** How the last restore test came out. */
  tested: SnapshotTest | null = null;

  constructor(private readonly o: VolumeManagerOptions) {
    this.volumeProbe = new VolumeProbe(o.data);
    const { config, env, identity, data, deviceDir, log } = o;
    this.place = { config, instanceId: identity.instanceId, mountPoint: data, deviceDir, onHost: onHost(env), log };
  }

  get status(): VolumeStatus {
    const { mounted, trouble, since, seen, doing, freed } = this;
    return {
      id: mounted?.id ?? null,
      generation: mounted?.generation ?? null,
      trouble,
      since: trouble === null ? null : since,
      because: trouble === null ? null : this.why(),
      freeBytes: seen.freeBytes,
      totalBytes: seen.totalBytes,
      doing,
      freed,
    };
  }

  /** The volume that the node began with. */
  begin(mounted: Mounted): void {
    this.mounted = mounted;
  }

  /** There is no volume to begin with. Never rejects. */
  async bootFails(error: unknown): Promise<void> {
    if (error instanceof UnusableVolume) this.mounted = { id: error.id, generation: error.generation };
    this.need ??= { since: new Date().toISOString(), because: messageOf(error).split('\n')[0]! };
    this.asked = true;
    await this.report().catch((failed: Error) => this.o.log('warn', 'storage-not-reported', { error: failed.message }));
  }

  async round(): Promise<void> {
    const { policy } = this.o.config;
    if (this.unusable !== null) {
      // Nothing is mounted: a look would see the volume before, or the disk below the mount point.
      this.judge(null);
    } else if (this.swapping === null) {
      this.seen = this.volumeProbe.look(Date.now());
      this.judge(troubleOf(this.seen, policy.volume.stalledMs, this.o.walSegmentBytes));
    }
    // Nothing here waits for anything else: not the repair for S3, nor the report for EC2.
    const done = await Promise.allSettled([this.report(), this.care()]);
    for (const result of done) if (result.status === 'rejected') throw result.reason;
  }

  private judge(trouble: VolumeTrouble | null): void {
    const { log } = this.o;
    if (trouble !== this.trouble) {
      this.since = trouble === null ? null : new Date().toISOString();
      if (trouble !== null)
        log('error', 'volume-trouble', { volume: this.mounted?.id, trouble, saw: this.seen.complaint });
      else {
        log('info', 'volume-well', { volume: this.mounted?.id });
        this.lost = true;
      }
      this.trouble = trouble;
    }
    const needs = this.asks ?? (needsAnother(trouble) ? this.why() : null);
    if (needs === null) {
      this.need = null;
      this.asked = false;
      this.remounted = false;
    } else this.need ??= { since: new Date().toISOString(), because: needs };
  }

  /** Why only another volume helps, though this one takes writes. */
  private get asks(): string | null {
    return this.unusable ?? this.o.scrubber.status.asksForVolume;
  }

  private why(): string {
    const { trouble, seen } = this;
    if (trouble === 'stalled') return 'A write has not come back';
    if (trouble === 'full') return `${Math.round((seen.freeBytes ?? 0) / 2 ** 20)} MiB are free`;
    return seen.complaint.split('\n')[0] || `the volume is ${trouble}`;
  }

  private async care(): Promise<void> {
    const { data, log } = this.o;
    if (this.swapping !== null) return this.swap(this.swapping);
    if (this.lost && this.trouble === null) {
      await this.o.onLoss();
      this.lost = false;
    }
    if (this.trouble === 'full') {
      const gone = await freeOldest(data);
      if (gone === null) return;
      this.freed.push(gone);
      log('warn', 'quarantine-freed', { incident: gone, because: 'the data volume is full' });
      return;
    }
    if (this.need === null) {
      this.doing = null;
      return;
    }
    const { newestVolume } = await import('../boot/volume');
    const { do: what, because } = reconcileVolume({
      self: this.place.instanceId,
      mounted: this.mounted?.id ?? null,
      trouble: this.trouble,
      asks: this.asks,
      newest: await newestVolume(this.o.config),
      alerts: this.o.alerts(),
      isHealthy: this.o.isHealthy(),
      alone: this.o.alone(),
      remounted: this.remounted,
    });
    this.doing = because.replace(/\.$/, '');
    if (because !== this.said) log('warn', `volume-${what}`, { because });
    this.said = because;
    // While it takes what it asked for it goes on asking: what is being made for it must not be taken back.
    if (what !== 'swap') this.asked = what === 'ask';
    if (what !== 'swap') return;
    this.remounted = true;
    this.swapping = { from: this.mounted?.id ?? null, since: Date.now(), stuck: false };
    await this.swap(this.swapping);
  }

  private async swap(swapping: NonNullable<VolumeManager['swapping']>): Promise<void> {
    try {
      await this.finishSwap();
    } catch (error) {
      // What EC2 did not do in that time it may never do, and what it does not know any more it cannot attach.
      if (Date.now() - swapping.since >= ATTACH_MS || error instanceof UserError) {
        swapping.stuck = true;
        this.asked = true;
      }
      throw error;
    }
  }

  /** Each part sees whether it is done already: it may fail anywhere, and is begun anew with the next round. */
  private async finishSwap(): Promise<void> {
    const { programs, scrubber, data, log } = this.o;
    const { detach, mountDataVolume } = await import('../boot/volume');
    const { from, stuck } = this.swapping!;
    // By force too what EC2 calls busy: Prometheus has ended, and the mount is let go of.
    const force = needsAnother(this.trouble) || stuck;
    // What hangs on a stalled volume cannot be killed; it gets errors once the volume is taken away.
    if (from !== null && this.trouble === 'stalled') await detach(from, this.place, true);
    await Promise.all(programs.map((program) => program.hold(force ? 'SIGKILL' : 'SIGTERM')));
    if ((await mountedDevice(data)) !== null) await unmount(data, this.place.onHost);
    if (from !== null) await detach(from, this.place, force);
    try {
      this.mounted = await mountDataVolume(this.place, ATTACH_MS);
    } catch (error) {
      if (!(error instanceof UnusableVolume)) throw error;
      log('error', 'volume-unusable', { volume: error.id, because: error.message });
      this.mounted = { id: error.id, generation: error.generation };
      this.unusable = `${error.id} cannot be mounted`;
      this.need = { since: new Date().toISOString(), because: this.unusable };
      this.asked = true;
      this.trouble = null;
      this.swapping = null;
      return; // they stay down: there is nowhere to write
    }
    this.unusable = null;
    makeProgramDirectories(data, this.o.env);
    this.volumeProbe.forget();
    scrubber.volumeChanged();
    if (this.mounted.id !== from) {
      this.remounted = false;
      await this.o.onLoss();
    }
    this.swapping = null;
    this.need = null;
    this.asked = false;
    this.doing = null;
    this.said = '';
    this.trouble = null;
    log('warn', 'volume-swapped', { from, to: this.mounted.id, generation: this.mounted.generation });
    for (const program of programs) program.letGo();
  }

  private async report(): Promise<void> {
    const { config, identity, store } = this.o;
    const { id, generation } = this.mounted ?? { id: null, generation: null };
    const news = {
      version: 1 as const,
      trouble: this.trouble,
      node: config.node,
      instanceId: identity.instanceId,
      zone: identity.zone,
      volumeId: id,
      generation,
      needsVolume: this.asked ? this.need : null,
      tested: this.tested,
    };
    const text = JSON.stringify(news);
    const now = Date.now();
    if (text === this.reported.text && now - this.reported.at < REPORT_MS) return;
    const report: StorageReport = { ...news, at: new Date(now).toISOString() };
    await store.writeStorage(report);
    this.reported = { text, at: now };
  }
}
