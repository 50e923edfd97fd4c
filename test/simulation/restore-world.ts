import { nextRestoreStep } from '../../lib/core/volumes/restore';
import type { DataVolume, RestoreSituation, RestoreStep } from '../../lib/core/volumes/restore-step';
import type { KnownSnapshot } from '../../lib/core/volumes/snapshots';
import type { RestoreRecord, StorageReport, VolumeTrouble } from '../../lib/contract/documents/storage';
import { reconcileVolume } from '../../lib/core/volumes/care';

/**
 * A node whose volume fails, EC2, and the two decisions of the core that answer: restore-snapshot's next step and the
 * node's care for its volume. Calls die before or after they wrote, come twice at once, and come late; people remove
 * things; new volumes fail too.
 */
export type RestoreEvent =
  | { readonly kind: 'call'; readonly dies: 'no' | 'before' | 'after' }
  | { readonly kind: 'two-calls' }
  | { readonly kind: 'node' }
  | { readonly kind: 'agent-restarts' }
  | { readonly kind: 'volume-fails' }
  | { readonly kind: 'volume-recovers' }
  | { readonly kind: 'volume-removed' }
  /** The one that was just made, before the node took it. */
  | { readonly kind: 'new-one-removed' }
  | { readonly kind: 'snapshot-removed'; readonly which: number }
  | { readonly kind: 'pause'; readonly on: boolean };

interface Made extends DataVolume {
  readonly from: string | null;
  readonly dead: boolean;
}

const STEP_MS = 3_000;
const START = 1_000_000;

export class RestoreWorld {
  now = START;
  volumes: Made[] = [volume('vol-1', 1, null)];
  snapshots: KnownSnapshot[];
  record: RestoreRecord | null = null;
  paused = false;
  /** What the node has, and how it sees it. */
  mounted: string | null = 'vol-1';
  generation = 1;
  need: StorageReport['needsVolume'] = null;
  trouble: VolumeTrouble | null = null;
  remounted = false;
  saidAt = START;
  readonly removed: string[] = [];
  readonly removedByUs: string[] = [];
  readonly tokens = new Map<string, string>();
  made = 0;
  incidents = 0;

  constructor(readonly opens: readonly boolean[]) {
    this.snapshots = opens.map((_, i) => ({
      id: `snap-${i}`,
      node: 'a',
      volumeId: 'vol-1',
      generation: 1,
      takenAt: START - (opens.length - i) * 60_000,
      completed: true,
      verdict: i % 3 === 2 ? null : 'good',
    }));
  }

  get isHealthy(): boolean {
    const v = this.volumes.find((known) => known.id === this.mounted);
    return v !== undefined && !v.dead && this.isGood(v);
  }

  private isGood({ from }: Made): boolean {
    return from === null || this.opens[Number(from.slice(5))]!;
  }

  situation(): RestoreSituation {
    const report: StorageReport = {
      version: 1,
      node: 'a',
      instanceId: 'i-a',
      zone: 'z',
      volumeId: this.mounted,
      generation: this.generation,
      at: new Date(this.saidAt).toISOString(),
      trouble: this.trouble,
      needsVolume: this.need,
      tested: null,
    };
    return {
      report,
      record: this.record,
      volumes: this.volumes,
      snapshots: this.snapshots,
      isHealthy: this.isHealthy && this.trouble === null,
      anotherIsAlerting: true,
      paused: this.paused,
    };
  }

  call(dies: 'no' | 'before' | 'after', read = this.situation()): void {
    const step = nextRestoreStep(read, this.now);
    if (dies !== 'before') this.carryOut(step, read, dies === 'after');
  }

  /** `dies`: after its first write. */
  private carryOut(step: RestoreStep, read: RestoreSituation, dies: boolean): void {
    if (step.do === 'nothing' || step.do === 'wait') return;
    if (step.do === 'create') return this.create(step, read, dies);
    if (step.do === 'withdraw' && step.volumeId !== null) {
      const v = this.volumes.find((known) => known.id === step.volumeId);
      // EC2 refuses while it is attached.
      if (v !== undefined && v.attachedTo !== null) return;
      this.removedByUs.push(step.volumeId);
      this.volumes = this.volumes.filter((known) => known.id !== step.volumeId);
      if (dies) return;
    }
    if (step.do === 'markBad') {
      this.snapshots = this.snapshots.map((k) => (k.id === step.snapshotId ? { ...k, verdict: 'bad' } : k));
      if (dies) return;
    }
    if (step.do === 'finish') {
      for (const id of step.keep) {
        this.volumes = this.volumes.map((v) => (v.id === id ? { ...v, kept: true } : v));
        if (dies) return;
      }
    }
    if (read.record !== this.record) return; // somebody else was first
    if (this.record?.state !== 'running' && step.record.state === 'running') this.incidents += 1;
    this.record = step.record;
  }

  private create(step: Extract<RestoreStep, { do: 'create' }>, read: RestoreSituation, dies: boolean): void {
    const { startedAt } = read.record!;
    const token = [startedAt, step.generation, step.snapshotId].join();
    if (!this.tokens.has(token)) {
      if (!this.snapshots.some((k) => k.id === step.snapshotId)) return;
      this.made += 1;
      const id = `vol-${step.generation}.${this.made}`;
      this.tokens.set(token, id);
      this.volumes = [...this.volumes, volume(id, step.generation, step.snapshotId)];
    }
    // Asked again, EC2 answers with what it made, also when that is gone by now.
    if (!dies && read.record === this.record) this.record = { ...read.record!, volumeId: this.tokens.get(token)! };
  }

  /** A round of the node's agent: it looks, cares, and says so. */
  node(): void {
    const v = this.volumes.find((known) => known.id === this.mounted);
    this.trouble = v === undefined || v.dead ? 'gone' : null;
    const asks = this.trouble === null && !this.isHealthy ? 'it does not open' : null;
    if (this.trouble === null && asks === null) {
      this.need = null;
      this.remounted = false;
    } else {
      const inUse = this.volumes.filter((known) => !known.kept);
      const newest = inUse.sort((x, y) => y.generation - x.generation)[0] ?? null;
      const care = reconcileVolume({
        self: 'i-a',
        mounted: this.mounted,
        trouble: this.trouble,
        asks,
        newest,
        alerts: false,
        isHealthy: false,
        alone: false,
        remounted: this.remounted,
      });
      if (care.do === 'swap') {
        this.remounted = newest!.id === this.mounted;
        this.volumes = this.volumes.map((known) => ({
          ...known,
          attachedTo: known.id === newest!.id ? 'i-a' : known.id === this.mounted ? null : known.attachedTo,
        }));
        this.mounted = newest!.id;
        this.generation = newest!.generation;
        this.need = null;
      } else if (care.do === 'ask') {
        this.need ??= { since: new Date(this.now).toISOString(), because: care.because };
      }
    }
    this.saidAt = this.now;
  }

  step(event: RestoreEvent): void {
    this.now += STEP_MS;
    const own = this.volumes.find((v) => v.id === this.mounted);
    const set = (change: Partial<Made>): void => {
      this.volumes = this.volumes.map((v) => (v === own ? { ...v, ...change } : v));
    };
    if (event.kind === 'call') this.call(event.dies);
    if (event.kind === 'two-calls') {
      const read = this.situation();
      this.call('no', read);
      this.call('no', read);
    }
    if (event.kind === 'node') this.node();
    if (event.kind === 'agent-restarts') {
      // It has not seen yet what is wrong, and says nothing of it.
      this.need = null;
      this.trouble = null;
      this.remounted = false;
      this.saidAt = this.now;
    }
    if (event.kind === 'volume-fails') set({ dead: true });
    if (event.kind === 'volume-recovers') set({ dead: false });
    if (event.kind === 'volume-removed' && own !== undefined) {
      this.removed.push(own.id);
      this.volumes = this.volumes.filter((v) => v !== own);
    }
    if (event.kind === 'new-one-removed')
      this.volumes = this.volumes.filter((v) => v.attachedTo !== null || v.kept || v.from === null);
    if (event.kind === 'snapshot-removed') {
      this.snapshots = this.snapshots.filter((_, i) => i !== event.which);
    }
    if (event.kind === 'pause') this.paused = event.on;
  }

  /** Nobody hurts anything any more, and everybody has the time that it needs. */
  settle(): void {
    this.paused = false;
    for (let i = 0; i < 60; i += 1) {
      this.step({ kind: 'node' });
      this.step({ kind: 'call', dies: 'no' });
    }
  }
}

function volume(id: string, generation: number, from: string | null): Made {
  return {
    id,
    generation,
    available: from !== null,
    kept: false,
    attachedTo: from === null ? 'i-a' : null,
    zone: 'z',
    from,
    dead: false,
  };
}
