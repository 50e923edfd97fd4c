import {
  GetInstanceCommand,
  GetOperationCommand,
  RegisterInstanceCommand,
  ServiceDiscoveryClient,
} from '@aws-sdk/client-servicediscovery';
import { nextRegistration, type RegistrationOperation } from '../../lib/core/thanos/registration';

/** For a node that registers where it is: not in a hurry, since it asks again. */
const TIMEOUT_MS = 5_000;

/**
 * The node's address in the VPC's DNS, under the node's name: a replaced machine takes its predecessor's place, and an
 * entry that somebody removed comes back.
 */
export class Registration {
  /** The last one that was asked for, until it has ended. */
  private operationId: string | null = null;

  constructor(
    private readonly serviceId: string,
    private readonly node: string,
    private readonly address: string,
  ) {}

  /** Looks, and registers where that is needed. @throws when Cloud Map does not answer in time, refuses, or failed the last time */
  async keep(): Promise<void> {
    const client = new ServiceDiscoveryClient({
      maxAttempts: 1,
      requestHandler: { connectionTimeout: TIMEOUT_MS, requestTimeout: TIMEOUT_MS, throwOnRequestTimeout: true },
    });
    try {
      const abortSignal = AbortSignal.timeout(TIMEOUT_MS);
      const operation = await this.operation(client, abortSignal);
      const step = nextRegistration({
        address: this.address,
        registered: await this.registered(client, abortSignal),
        operation,
      });
      if (step.do === 'wait') return;
      this.operationId = null;
      if (step.do === 'nothing') return;
      await this.register(client, abortSignal);
      if (step.do === 'register-again') throw new Error(`the last registration failed: ${step.because}`);
    } finally {
      client.destroy();
    }
  }

  private async operation(
    client: ServiceDiscoveryClient,
    abortSignal: AbortSignal,
  ): Promise<RegistrationOperation | null> {
    if (this.operationId === null) return null;
    try {
      const asked = new GetOperationCommand({ OperationId: this.operationId });
      const { Operation } = await client.send(asked, { abortSignal });
      return { status: Operation?.Status ?? 'SUCCESS', message: Operation?.ErrorMessage ?? null };
    } catch (error) {
      if ((error as Error).name === 'OperationNotFound') return null;
      throw error;
    }
  }

  private async registered(client: ServiceDiscoveryClient, abortSignal: AbortSignal): Promise<string | null> {
    try {
      const asked = new GetInstanceCommand({ ServiceId: this.serviceId, InstanceId: this.node });
      const { Instance } = await client.send(asked, { abortSignal });
      return Instance?.Attributes?.AWS_INSTANCE_IPV4 ?? null;
    } catch (error) {
      if ((error as Error).name === 'InstanceNotFound') return null;
      throw error;
    }
  }

  private async register(client: ServiceDiscoveryClient, abortSignal: AbortSignal): Promise<void> {
    const { OperationId } = await client.send(
      new RegisterInstanceCommand({
        ServiceId: this.serviceId,
        InstanceId: this.node,
        Attributes: { AWS_INSTANCE_IPV4: this.address },
      }),
      { abortSignal },
    );
    this.operationId = OperationId ?? null;
  }
}
