import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Instance } from '../hosts/instance';
import type { Teeth } from '../teeth';
import { Haproxy, type HaproxyOptions } from './haproxy';
import {
  isRegistered,
  noteListeners,
  noteTargets,
  targetState,
  weightsInEffect,
  type BalancerDelays,
  type SeenListeners,
  type SeenTargets,
  type Weights,
} from './late';
import { renderHaproxy, renderBaseline, type BalancerState, type DeployedGroup, type Target } from './load-balancer';
import type { TargetHealth } from './target-health';
import { readGroup, readListeners, type Locate, type ReadGroup } from './read-listeners';

export interface LoadBalancerOptions extends HaproxyOptions {
  readonly elb: ElasticLoadBalancingV2Client;
  readonly instances: ReadonlyMap<string, Instance>;
  readonly bind: readonly string[];
  /** Address that it connects to targets from; null: whichever the machine takes. */
  readonly source: string | null;
  /** Of the baseline's statistics. */
  readonly baselineSocket: string;
  /** null: what is changed takes effect at once, every target is said to be healthy, and idle connections stay. */
  readonly delays: Teeth['nlb'];
  /** Told at first and whenever it changes, unless `delays` is null. Where it rejects, it is told again. */
  readonly tellHealth?: (health: TargetHealth) => Promise<void>;
}

const AT_ONCE = { listenerMs: 0, targetMs: 0 };
const LOOK_EVERY_MS = 500;
const keyOf = (group: DeployedGroup, id: string): string => `${group.arn} ${id}`;

const groupsIn = (all: readonly Weights[]): Set<string> => new Set(all.flatMap((weights) => Object.keys(weights)));

/** HAProxy with the deployed listeners and whatever they forward to; a second one is the baseline. */
export class LoadBalancer {
  private readonly haproxy: Haproxy;
  private readonly baseline: Haproxy;
  private readonly locate: Locate;
  /** Those that listeners forward to, or did until what was changed takes effect. */
  private groups: readonly ReadGroup[] = [];
  /** ARNs of those that listeners forward to, by the API. */
  private forwardedTo: ReadonlySet<string> = new Set();
  private listeners: SeenListeners | null = null;
  private targets: SeenTargets | null = null;
  private told = '';
  private last: Promise<void> = Promise.resolve();
  private readonly ending = new AbortController();

  constructor(private readonly o: LoadBalancerOptions) {
    // Not in a folder: HAProxy adds to the path of a socket, which must stay short.
    this.haproxy = new Haproxy(o, 'haproxy', join(o.dir, 'nlb.sock'));
    this.baseline = new Haproxy(o, 'haproxy-baseline', o.baselineSocket);
    this.locate = (id, port) => {
      if (!id.startsWith('i-')) return { id, name: id, address: id, port };
      // One that is just being replaced is registered before it boots.
      const instance = [...o.instances.values()].find((i) => i.deployed.instanceId === id);
      return instance === undefined ? null : { id, name: instance.deployed.node, address: instance.address, port };
    };
  }

  async start(): Promise<void> {
    await this.refresh();
    this.o.cleanup.defer('stop looking at targets', () => {
      this.ending.abort();
      return this.last;
    });
    void this.look();
  }

  /** Reads anew where the listeners point and who is registered. */
  refresh(): Promise<void> {
    return this.inTurn(async () => {
      const now = Date.now();
      const said = await readListeners(this.o.elb);
      this.listeners = noteListeners(this.listeners, said, this.delays, now);
      this.forwardedTo = groupsIn([...said.values()]);
      const all = groupsIn([...this.listeners.values()].flat().map(({ weights }) => weights));
      this.groups = await Promise.all([...all].map((arn) => this.group(arn)));
      const known = this.groups.filter(({ arn }) => this.forwardedTo.has(arn));
      const keys = known.flatMap((group) => group.registered.map((id) => keyOf(group, id)));
      this.targets = noteTargets(this.targets, keys, now);
      await this.apply();
      // The baseline knows nodes by their addresses; one that is replaced has another.
      const nodes = this.groups.find((group) => group.ofInstances);
      if (nodes !== undefined) await this.baseline.restart(renderBaseline(nodes, this.o.baselineSocket));
    });
  }

  private async group(arn: string): Promise<ReadGroup> {
    const group = await readGroup(this.o.elb, arn, this.locate);
    return this.o.delays === null ? { ...group, keepsClients: false } : group;
  }

  /** What was changed takes effect when it is time, and what targets are is told. */
  private async look(): Promise<void> {
    const { signal } = this.ending;
    while (!signal.aborted) {
      // The API or HAProxy does not answer just now: at the next look.
      await this.inTurn(async () => {
        await this.apply();
        await this.tell();
      }).catch(() => undefined);
      await sleep(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined); // told to stop
    }
  }

  private inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.last.then(work);
    this.last = done.catch(() => undefined); // its caller hears of it
    return done;
  }

  private apply(): Promise<void> {
    const { bind, source, delays } = this.o;
    return this.haproxy.apply(
      renderHaproxy(this.state(), { bind, source, idleMs: delays?.idleMs }, this.haproxy.files),
    );
  }

  private get delays(): BalancerDelays {
    return this.o.delays ?? AT_ONCE;
  }

  private state(): BalancerState {
    return {
      groups: this.groups,
      listeners: [...this.listeners!.keys()].map((port) => ({ port, group: this.groupOf(port) })),
      // What just left its listeners gets connections until that takes effect.
      isNew: (group, target) => this.forwardedTo.has(group.arn) && !this.isRegistered(group, target),
    };
  }

  /** The one that gets connections. @throws Error for weights that are not played */
  private groupOf(port: number): DeployedGroup {
    const weights = weightsInEffect(this.listeners!, port, this.delays, Date.now());
    const [group, ...more] = this.groups.filter(({ arn }) => (weights[arn] ?? 0) > 0);
    if (group !== undefined && more.length === 0) return group;
    const said = JSON.stringify(weights);
    throw new Error(`the local run plays listeners that send all to one target group, not port ${port}: ${said}`);
  }

  private isRegistered(group: DeployedGroup, { id }: Target): boolean {
    return isRegistered(this.targets!, keyOf(group, id), this.delays, Date.now());
  }

  private async tell(): Promise<void> {
    if (this.o.delays === null) return;
    const up = await this.haproxy.serversUp();
    const health = Object.fromEntries(
      this.groups.map((group) => [
        group.arn,
        Object.fromEntries(
          group.targets.map((t) => [t.id, targetState(this.isRegistered(group, t), up.has(`${group.name} ${t.name}`))]),
        ),
      ]),
    );
    const text = JSON.stringify(health);
    if (text === this.told) return;
    await this.o.tellHealth?.(health);
    this.told = text;
  }
}
