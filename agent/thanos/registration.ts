import { RegisterInstanceCommand, ServiceDiscoveryClient } from '@aws-sdk/client-servicediscovery';

/** For a node that registers where it is: not in a hurry, since it asks again. */
const TIMEOUT_MS = 5_000;

/**
 * Puts the node's address into the VPC's DNS, under the node's name: a replaced machine takes its predecessor's place.
 * Doing it twice is doing it once. @throws when Cloud Map does not answer in time, or refuses
 */
export async function register(serviceId: string, node: string, address: string): Promise<void> {
  const client = new ServiceDiscoveryClient({
    maxAttempts: 1,
    requestHandler: { connectionTimeout: TIMEOUT_MS, requestTimeout: TIMEOUT_MS, throwOnRequestTimeout: true },
  });
  try {
    await client.send(
      new RegisterInstanceCommand({
        ServiceId: serviceId,
        InstanceId: node,
        Attributes: { AWS_INSTANCE_IPV4: address },
      }),
      { abortSignal: AbortSignal.timeout(TIMEOUT_MS) },
    );
  } finally {
    client.destroy();
  }
}
