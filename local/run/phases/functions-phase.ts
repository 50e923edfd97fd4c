import { join } from 'node:path';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { LOCAL_CREDENTIALS, readSchedules } from '../deploy/read-back';
import { ControlPlane } from '../functions/control-plane';
import { LAMBDA_API_PORT, serveLambdaApi } from '../functions/lambda-api';
import { deployedCallers, everybodyMay, type MayCall } from '../functions/callers';
import { functionHosts } from '../functions/hosts';
import { MARKS } from '../hosts/processes';
import { sendToQueue, tellEmulator } from '../deploy/orders';
import type { Start } from '../start-options';
import type { Deployed } from './deploy-phase';
import type { Prepared } from './prepare-phase';

/** Functions run by their schedules and alarms, and nodes and functions can call them. */
export async function startFunctions(
  start: Start,
  prepared: Prepared,
  deployed: Deployed,
  onLog: (source: string, line: string) => void,
): Promise<ControlPlane> {
  const { cleanup } = start;
  const mayCall = callersOf(start, deployed);
  const controlPlane = await start.step('functions, schedules, alarms', () => {
    const plane = controlPlaneOf(start, prepared, deployed, mayCall, onLog);
    plane.start();
    cleanup.defer('stop the functions', () => plane.stop());
    return plane;
  });
  await start.step("Lambda's API, for nodes, functions and promha", async () => {
    const api = await serveLambdaApi(
      prepared.network.hostAddress,
      {
        call: (name, event) => controlPlane.call(name, event),
        queue: (name, event) => controlPlane.queue(name, event),
      },
      mayCall,
      (address) => deployed.routes?.mayReach(address, 'lambda') ?? true,
      deployed.endpoint,
    );
    cleanup.defer("close Lambda's API", () => api.close());
    start.save({ lambda: lambdaUrl(prepared.network) });
  });
  return controlPlane;
}

const lambdaUrl = ({ hostAddress }: Prepared['network']): string => `http://${hostAddress}:${LAMBDA_API_PORT}`;

const callersOf = ({ teeth }: Start, { endpoint }: Pick<Deployed, 'endpoint'>): MayCall =>
  teeth.iam === null ? everybodyMay : deployedCallers(endpoint);

function controlPlaneOf(
  start: Start,
  { tools, env, region, network }: Prepared,
  { deployment, endpoint, groups, routes, lambda }: Deployed,
  mayCall: MayCall,
  onLog: (source: string, line: string) => void,
): ControlPlane {
  const { dir, runId, teeth } = start;
  const events = new EventBridgeClient({
    endpoint,
    region,
    credentials: LOCAL_CREDENTIALS,
    maxAttempts: 1,
    requestHandler: { requestTimeout: 2_000, throwOnRequestTimeout: true },
  });
  return new ControlPlane({
    ...deployment,
    mayCall,
    ...(groups !== null && { hostOf: functionHosts(network, groups, routes) }),
    env: {
      ...env,
      AWS_ENDPOINT_URL: endpoint,
      AWS_ENDPOINT_URL_LAMBDA: lambdaUrl(network),
      [MARKS.run]: runId,
    },
    node: tools.node.path,
    readSchedules: () => readSchedules(events),
    logDir: join(dir, 'logs'),
    sendToQueue: (name, message) => sendToQueue(endpoint, name, message),
    tellAlarm: (told) => tellEmulator(endpoint, 'alarm', told),
    lateness: teeth.cloudwatch,
    lambda,
    onLog,
  });
}
