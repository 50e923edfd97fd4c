import type { DeployedInstance, Instance } from '../hosts/instance';
import { PORTS } from '../../../lib/contract/ports';

export interface RollingUpdateOptions {
  /** By node; replaced ones are put in here. */
  readonly instances: Map<string, Instance>;
  /** What is deployed now, by name. */
  readonly read: () => Promise<readonly DeployedInstance[]>;
  /** Terminates an instance; its group starts another one. */
  readonly replace: (instanceId: string) => Promise<void>;
  readonly make: (deployed: DeployedInstance) => Instance;
  readonly onReplaced: () => void;
  readonly onEvent: (what: string) => void;
}

/** The deployed time is 15 minutes; who looks on here waits less long for a node that will not come up. */
const READY_WITHIN_MS = 90_000;
const LOOK_MS = 500;

/**
 * CloudFormation's rolling update of the groups, as their UpdatePolicy says: one node after the other, the next only when
 * the one before has signalled; no signal in time, and that node goes back to what it was and the others stay as they are.
 */
export class RollingUpdate {
  private running: Promise<void> = Promise.resolve();
  private busy = false;
  private held = false;
  private stopped = false;
  /** By node: the newest version of its template that an update went back from. */
  private readonly refused = new Map<string, number>();

  constructor(private readonly o: RollingUpdateOptions) {}

  /** Called when something changed; does not wait for the update. @throws when the emulator does not answer */
  async refresh(): Promise<void> {
    if (this.busy || this.held || this.stopped) return;
    // Before anything is awaited: whoever looks meanwhile must not begin a second update of the same nodes.
    this.busy = true;
    let due: DeployedInstance | undefined;
    try {
      due = this.due(await this.o.read());
    } finally {
      this.busy = due !== undefined;
    }
    if (due === undefined) return;
    this.running = this.update()
      .catch((error: Error) => this.o.onEvent(`broken off: ${error.message}`))
      .finally(() => (this.busy = false));
  }

  /** What is deployed waits from now on, so that a drill can say when it begins. */
  hold(): void {
    this.held = true;
  }

  async release(): Promise<void> {
    this.held = false;
    await this.refresh();
  }

  /** Whether nodes are being replaced just now. */
  get isBusy(): boolean {
    return this.busy;
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.running;
  }

  private due(deployed: readonly DeployedInstance[]): DeployedInstance | undefined {
    return deployed.find(({ node, templateVersion }) => {
      const runs = this.o.instances.get(node)?.deployed.templateVersion ?? templateVersion;
      return templateVersion > Math.max(runs, this.refused.get(node) ?? 0);
    });
  }

  private async update(): Promise<void> {
    const { onEvent } = this.o;
    for (;;) {
      const next = this.due(await this.o.read());
      if (next === undefined || this.stopped) break;
      const { node, templateVersion } = next;
      const before = this.o.instances.get(node)!.deployed;
      onEvent(`${node} is replaced: its launch template has a version ${templateVersion}`);
      if (await this.put(node, null)) {
        onEvent(`${node} has signalled`);
        continue;
      }
      if (this.stopped) return;
      // The stack goes back as a whole: what the others were to become is as little wanted as this.
      for (const d of await this.o.read()) this.refused.set(d.node, d.templateVersion);
      onEvent(`${node} has not signalled in time; it goes back to version ${before.templateVersion}`);
      await this.put(node, before);
      onEvent(`failed: ${node} runs version ${before.templateVersion} again, and no other node was touched`);
      return;
    }
  }

  /** Replaces a node's machine by a new one, as deployed now or as `old` was. Whether it signalled in time. */
  private async put(node: string, old: DeployedInstance | null): Promise<boolean> {
    const { instances, read, replace, make, onReplaced } = this.o;
    const gone = instances.get(node)!;
    await gone.terminate();
    await replace(gone.deployed.instanceId);
    const deployed = (await read()).find((d) => d.node === node);
    if (deployed === undefined) throw new Error(`the group of ${node} started no other instance`);
    const { userData, templateVersion } = old ?? deployed;
    const instance = make({ ...deployed, userData, templateVersion });
    instances.set(node, instance);
    onReplaced();
    try {
      await instance.boot();
    } catch (error) {
      this.o.onEvent(`${node} does not boot: ${(error as Error).message}`);
      return false;
    }
    return this.signalled(instance);
  }

  /** As signal.sh waits on the node before it signals. */
  private async signalled(instance: Instance): Promise<boolean> {
    const url = `http://${instance.address}:${PORTS.agent}/-/caught-up`;
    for (const end = Date.now() + READY_WITHIN_MS; Date.now() < end && !this.stopped;) {
      const answer = await fetch(url, { signal: AbortSignal.timeout(2_000) }).catch(() => null); // it still boots
      if (answer?.ok === true) return true;
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
    return false;
  }
}
