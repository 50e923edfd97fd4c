import type { ControlPlane } from '../functions/control-plane';
import type { DeployedInstance, Instance } from '../hosts/instance';
import type { Deployment } from './read-back';

export interface GrowthOptions {
  /** By node; new ones are put in here. */
  readonly instances: Map<string, Instance>;
  /** Instances that are deployed now. */
  readonly read: () => Promise<readonly DeployedInstance[]>;
  /** All that runs beside them; costs some seconds. */
  readonly readRest: () => Promise<Pick<Deployment, 'functions' | 'schedules' | 'alarms'>>;
  /** Names of the functions that are deployed now. */
  readonly functionNames: () => Promise<readonly string[]>;
  readonly make: (deployed: DeployedInstance) => Instance;
  readonly controlPlane: ControlPlane;
  readonly onGrown: () => void;
  readonly onEvent: (what: string) => void;
}

/** What a further `cdk deploy` adds while the system runs: nodes boot, functions get their schedules and alarms. */
export class Growth {
  private held = false;

  constructor(private readonly o: GrowthOptions) {}

  /** Called when something changed. @throws when the emulator does not answer */
  async refresh(): Promise<void> {
    const { instances, read, readRest, functionNames, make, controlPlane, onGrown, onEvent } = this.o;
    if (this.held) return;
    for (const deployed of await read()) {
      if (instances.has(deployed.node)) continue;
      onEvent(`${deployed.node} is new`);
      const instance = make(deployed);
      instances.set(deployed.node, instance);
      onGrown();
      await instance.boot();
    }
    const unknown = (await functionNames()).filter((name) => !controlPlane.knows(name));
    if (unknown.length === 0) return;
    onEvent(`new functions: ${unknown.join(', ')}`);
    await controlPlane.grow(await readRest());
  }

  /** What is deployed waits from now on, so that a drill can say when it begins. */
  hold(): void {
    this.held = true;
  }

  async release(): Promise<void> {
    this.held = false;
    await this.refresh();
  }
}
