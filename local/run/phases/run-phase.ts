import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { EC2Client, TerminateInstancesCommand } from '@aws-sdk/client-ec2';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import type { NodeConfig } from '../../../lib/contract/documents/node-config';
import { BALANCER_PORTS, PORTS } from '../../../lib/contract/ports';
import { watchChanges } from '../deploy/change-watch';
import { ControlPlane } from '../functions/control-plane';
import type { Deployed } from './deploy-phase';
import type { EcsPlayer } from '../ecs/player';
import { describeLine } from '../events';
import { pagerUrl } from '../deploy/overlay';
import { Growth } from '../deploy/growth';
import { userDataFiles, type DeployedInstance, type Instance } from '../hosts/instance';
import { makeInstance, saveNodes } from '../hosts/make-instance';
import { serveLambdaApi } from '../functions/lambda-api';
import { startManaged, startServices } from './managed-phase';
import { ORACLE_PORT, startOracle, writeNodeTargets } from '../reference/oracle';
import { BALANCER_HOST, type Prepared } from './prepare-phase';
import { MARKS } from '../hosts/processes';
import {
  LOCAL_CREDENTIALS,
  readControlPlane,
  readFunctionNames,
  readInstances,
  readSchedules,
} from '../deploy/read-back';
import { RollingUpdate } from '../deploy/rolling-update';
import type { Rival } from '../reference/rival';
import type { Start } from '../start-options';
import { toolDir } from '../tool-dir';
import { startVolumes } from '../volumes/start';
import type { VolumePlayer } from '../volumes/player';
import { WORKLOAD_PORTS } from '../workload';

export interface RunningParts {
  readonly instances: ReadonlyMap<string, Instance>;
  readonly controlPlane: ControlPlane;
  readonly oracle: Rival;
  /** null on a machine without Thanos. */
  readonly ecs: EcsPlayer | null;
  readonly rolling: RollingUpdate;
  readonly growth: Growth;
  /** null where data are in plain directories. */
  readonly volumes: VolumePlayer | null;
}

/** Starts what was deployed: instances, functions with their triggers, the load balancer; and the oracle beside it. */
export async function runNodes(start: Start, prepared: Prepared, deployed: Deployed): Promise<RunningParts> {
  const { dir, runId, cleanup } = start;
  const { network, tools, env, region } = prepared;
  const { deployment, endpoint } = deployed;
  const client = { endpoint, region, credentials: LOCAL_CREDENTIALS };
  const onLine = (source: string, line: string): void => {
    appendFileSync(join(dir, 'logs', `${source}.jsonl`), `${line}\n`);
    const described = describeLine(source, line, start.verbose);
    if (described !== null) start.onEvent(described.text, described);
  };

  const { prometheus, promtool, alertmanager, amtool } = tools;
  const { thanos, mkfs } = prepared;
  const binDir = toolDir(join(dir, 'bin'), {
    prometheus,
    promtool,
    alertmanager,
    amtool,
    ...(thanos === null ? {} : { thanos }),
    ...(mkfs === null ? {} : { 'mkfs.xfs': mkfs }),
  });
  const make = (d: DeployedInstance): Instance => makeInstance(d, start, prepared, deployed, binDir, onLine);
  const instances = new Map(deployment.instances.map((d) => [d.node, make(d)]));
  // Before the nodes in the order of starting, after them in that of stopping: they use what this takes away.
  const volumes =
    mkfs === null
      ? null
      : await start.step('volumes, from the deployed ones', () =>
          startVolumes(start, { ec2: new EC2Client(client), endpoint, cluster: prepared.cluster, mkfs }, instances),
        );
  start.cleanup.defer('stop the nodes', async () => {
    await Promise.all([...instances.values()].map((instance) => instance.stop()));
  });
  saveNodes(start, instances);
  await start.step(`nodes: ${[...instances.keys()].join(', ')}`, () =>
    Promise.all([...instances.values()].map((i) => i.boot())),
  );

  const services = await start.step(
    thanos === null ? 'names' : 'names, and Thanos from the deployed ECS services: query, store gateway, compactor',
    () => startServices(start, prepared, deployed, instances),
  );

  const controlPlane = await start.step('functions, schedules, alarms', () => {
    const events = new EventBridgeClient({
      endpoint,
      region,
      credentials: LOCAL_CREDENTIALS,
      maxAttempts: 1,
      requestHandler: { requestTimeout: 2_000, throwOnRequestTimeout: true },
    });
    const plane = new ControlPlane({
      ...deployment,
      env: { ...env, AWS_ENDPOINT_URL: endpoint, [MARKS.run]: runId },
      node: tools.node.path,
      readSchedules: () => readSchedules(events),
      logDir: join(dir, 'logs'),
      cloudwatch: new CloudWatchClient({ endpoint, region, credentials: LOCAL_CREDENTIALS, maxAttempts: 1 }),
      onLog: onLine,
    });
    plane.start();
    cleanup.defer('stop the functions', () => plane.stop());
    return plane;
  });
  await start.step("Lambda's API, for the nodes", async () => {
    const api = await serveLambdaApi(network.hostAddress, (name, event) => controlPlane.invoke(name, event));
    cleanup.defer("close Lambda's API", () => api.close());
  });

  const { ecs, yardstickSocket } = await start.step('load balancer: HAProxy, from the deployed NLB', () =>
    startManaged(start, prepared, deployed, instances, services),
  );
  const nodeTargets = (): string =>
    writeNodeTargets(
      join(dir, 'oracle', 'nodes'),
      [...instances.values()].map((i) => ({ node: i.deployed.node, address: i.address })),
    );
  const oracle = await start.step('oracle: one more Prometheus and Alertmanager, which nothing hurts', () =>
    startOracle({
      tools,
      bundle: deployed.bundle,
      cluster: prepared.cluster,
      address: network.hostAddress,
      pager: pagerUrl(network.hostAddress),
      nodeTargets: nodeTargets(),
      prometheusFlags: alertingFlags(deployment.instances[0]!),
      env: { ...env, [MARKS.run]: runId },
      dir: join(dir, 'oracle'),
      cleanup,
      onEvent: start.onEnd,
    }),
  );
  const read = async (): Promise<readonly DeployedInstance[]> =>
    (await readInstances(new EC2Client(client), { cluster: prepared.cluster, region })).instances;
  const onNodes = (): void => {
    saveNodes(start, instances);
    nodeTargets();
  };
  const rolling = new RollingUpdate({
    instances,
    read,
    replace: async (id) => {
      await new EC2Client(client).send(new TerminateInstancesCommand({ InstanceIds: [id] }));
    },
    make,
    onReplaced: onNodes,
    onEvent: (what) => start.onEvent(`rolling update: ${what}`),
  });
  const whole = {
    cluster: prepared.cluster,
    region,
    endpoint,
    dir: join(dir, 'functions'),
    fetchObject: deployed.fetchObject,
  };
  const growth = new Growth({
    instances,
    read,
    readRest: () => readControlPlane(whole),
    functionNames: () => readFunctionNames(whole),
    make,
    controlPlane,
    onGrown: onNodes,
    onEvent: (what) => start.onEvent(`deployed: ${what}`),
  });
  const watch = watchChanges(
    endpoint,
    async () => {
      await rolling.refresh();
      await growth.refresh();
    },
    (error) => start.onEvent(`! what was deployed could not be read: ${error.message}`),
  );
  cleanup.defer('stop the rolling update', async () => {
    await watch.stop();
    await rolling.stop();
  });
  const host = network.hostAddress;
  start.save({
    haproxySocket: yardstickSocket,
    urls: {
      'load balancer': `http://${BALANCER_HOST}:${BALANCER_PORTS.queries}`,
      'nodes directly': `http://${BALANCER_HOST}:${BALANCER_PORTS.direct}`,
      oracle: `http://${host}:${ORACLE_PORT}`,
      'oracle alertmanager': `http://${host}:${PORTS.gate}`,
      'trade engine': `http://${host}:${WORKLOAD_PORTS.tradeEngine}`,
      pager: `http://${host}:${WORKLOAD_PORTS.pager}/notifications`,
    },
  });
  return { instances, controlPlane, oracle, ecs, rolling, growth, volumes };
}

/** The oracle evaluates and repeats as the nodes do, by their deployed settings. */
export function alertingFlags(instance: DeployedInstance): string[] {
  const { prometheus } = JSON.parse(
    userDataFiles(instance.userData).get('/etc/prometheus-ha/node.json')!,
  ) as NodeConfig;
  return [`--rules.alert.resend-delay=${prometheus.resendDelay}`, '--rules.alert.for-grace-period=0s'];
}
