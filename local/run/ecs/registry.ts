import {
  DeregisterTargetsCommand,
  RegisterTargetsCommand,
  type ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import {
  DeregisterInstanceCommand,
  RegisterInstanceCommand,
  UpdateInstanceCustomHealthStatusCommand,
  type ServiceDiscoveryClient,
} from '@aws-sdk/client-servicediscovery';
import type { Task } from './task';

export interface RegistryClients {
  readonly elb: ElasticLoadBalancingV2Client;
  readonly names: ServiceDiscoveryClient;
}

/** One thing that others can find a task by. */
interface Registration {
  readonly enter: () => Promise<unknown>;
  readonly leave: () => Promise<unknown>;
  /** Cloud Map only: the health that it shall tell. */
  readonly health?: 'HEALTHY' | 'UNHEALTHY';
  readonly tell?: () => Promise<unknown>;
}

const AGAIN_MS = 1_000;

/**
 * Keeps target groups and Cloud Map as the tasks are: whatever could not be done while the API was silent is done when it
 * answers again.
 */
export class Registry {
  private readonly done = new Map<string, Registration>();
  private wanted: ReadonlyMap<string, Registration> = new Map();
  private working: Promise<void> | null = null;
  private ended = false;

  constructor(
    private readonly clients: RegistryClients,
    private readonly onError: (error: Error) => void,
  ) {}

  /** `tasks`: all that shall be found, and no other. */
  want(tasks: readonly Task[]): void {
    this.wanted = new Map(tasks.flatMap((task) => this.registrationsOf(task)));
    this.working ??= this.work();
  }

  async stop(): Promise<void> {
    this.ended = true;
    await this.working;
  }

  private async work(): Promise<void> {
    let told = false;
    await Promise.resolve(); // so that it is known to be at work before it can be done
    while (!this.ended) {
      const steps = this.steps();
      if (steps.length === 0) break;
      const results = await Promise.allSettled(steps.map((step) => step()));
      const failed = results.find((r) => r.status === 'rejected');
      if (failed === undefined) continue;
      if (!told) this.onError(failed.reason as Error);
      told = true;
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    }
    this.working = null;
  }

  private steps(): (() => Promise<void>)[] {
    const leave = [...this.done]
      .filter(([key]) => !this.wanted.has(key))
      .map(([key, registration]) => async () => {
        await registration.leave();
        this.done.delete(key);
      });
    const enter = [...this.wanted].flatMap(([key, registration]) => {
      const done = this.done.get(key);
      const note = (): void => void this.done.set(key, registration);
      if (done === undefined) return [() => registration.enter().then(note)];
      return done.health === registration.health ? [] : [() => registration.tell!().then(note)];
    });
    return [...leave, ...enter];
  }

  private registrationsOf(task: Task): [string, Registration][] {
    const { elb, names } = this.clients;
    const targets = task.service.targets.map(({ targetGroupArn: TargetGroupArn, port }): [string, Registration] => {
      const target = { TargetGroupArn, Targets: [{ Id: task.address, Port: port }] };
      return [
        `${task.id} ${TargetGroupArn}`,
        {
          enter: () => elb.send(new RegisterTargetsCommand(target)),
          leave: () => elb.send(new DeregisterTargetsCommand(target)),
        },
      ];
    });
    const health = task.health === 'healthy' ? 'HEALTHY' : 'UNHEALTHY';
    const instances = task.service.registries.map((ServiceId): [string, Registration] => {
      const instance = { ServiceId, InstanceId: task.id };
      const Attributes = { AWS_INSTANCE_IPV4: task.address, AWS_INIT_HEALTH_STATUS: health };
      return [
        `${task.id} ${ServiceId}`,
        {
          health,
          enter: () => names.send(new RegisterInstanceCommand({ ...instance, Attributes })),
          leave: () => names.send(new DeregisterInstanceCommand(instance)),
          tell: () => names.send(new UpdateInstanceCustomHealthStatusCommand({ ...instance, Status: health })),
        },
      ];
    });
    return [...targets, ...instances];
  }
}
