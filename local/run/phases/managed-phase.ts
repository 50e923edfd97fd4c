import { join } from 'node:path';
import { PORTS } from '../../../lib/contract/ports';
import { impatientClients, type Clients } from '../deploy/clients';
import { watchChanges } from '../deploy/change-watch';
import { tellEmulator } from '../deploy/orders';
import type { Deployed } from './deploy-phase';
import { EcsPlayer } from '../ecs/player';
import { LoopbackHosts, namespaceHosts } from '../ecs/task-hosts';
import type { Instance } from '../hosts/instance';
import { LoadBalancer } from '../balancer/load-balancer-process';
import { tellTargetHealth } from '../balancer/target-health';
import { readBalancerGroups } from '../balancer/read-listeners';
import { startDnsServer } from '../names/dns-server';
import { Names } from '../names/names';
import { BALANCER_HOST, type Prepared } from './prepare-phase';
import { MARKS } from '../hosts/processes';
import { THANOS_QUERY } from '../../../lib/shell/local/run-state';
import type { Start } from '../start-options';

/** The managed services that hold connections and tasks: names, ECS, load balancer. */
export interface Managed {
  /** null on a machine without Thanos. */
  readonly ecs: EcsPlayer | null;
  readonly baselineSocket: string;
}

type Services = Pick<Managed, 'ecs'> & { readonly names: Names; readonly clients: Clients };

/** Names are answered and tasks started. */
export async function startServices(
  start: Start,
  prepared: Prepared,
  { endpoint, sessions, groups, routes }: Deployed,
  instances: ReadonlyMap<string, Instance>,
): Promise<Services> {
  const { network, thanos, env, region } = prepared;
  const clients = impatientClients(endpoint, region);
  const names = new Names(clients.names, start.teeth.dns);
  await names.refresh();
  if (network.mode === 'namespaces') {
    const server = await startDnsServer(network.hostAddress, names.lookup);
    start.cleanup.defer('stop the name server', () => server.close());
  }
  if (thanos === null) return { names, clients, ecs: null };

  const loopback = network.mode === 'loopback' ? new LoopbackHosts(network) : null;
  const ecs: EcsPlayer = new EcsPlayer({
    clients,
    sessions,
    hosts: loopback ?? namespaceHosts(network, groups, routes),
    // Nodes register themselves, tasks are registered by ECS: on loopback both are known beforehand.
    addressesOf: (name, services) => {
      const service = services.find((s) => name.startsWith(`${s.container.name}.`));
      return service === undefined ? [...instances.values()].map((i) => i.address) : loopback!.addresses(service);
    },
    program: join(start.dir, 'bin', 'thanos'),
    endpoint,
    taskStartMs: start.teeth.ecs?.taskStartMs ?? 0,
    balanced: start.teeth.nlb !== null,
    env,
    runId: start.runId,
    dir: join(start.dir, 'tasks'),
    logDir: join(start.dir, 'logs'),
    onEvent: (what) => start.onEvent(`ECS: ${what}`),
    onChange: () => saveQueryUrl(start, ecs),
  });
  start.cleanup.defer('stop the tasks', () => ecs.stop());
  await ecs.refresh();
  return { names, clients, ecs };
}

/** Tasks come and go, each with an address of its own; the last one's is kept while there is none. */
function saveQueryUrl(start: Start, ecs: EcsPlayer): void {
  const task = ecs.tasksOf('query').find((t) => t.isRunning && !t.stopping);
  if (task !== undefined) start.save({ urls: { [THANOS_QUERY]: `http://${task.address}:${PORTS.thanosHttp}` } });
}

/** The load balancer in front of everything; from now on all of them follow what is changed in the emulator. */
export async function startManaged(
  start: Start,
  { tools, env, network }: Prepared,
  { endpoint, groups, routes }: Deployed,
  instances: ReadonlyMap<string, Instance>,
  { names, clients, ecs }: Services,
): Promise<Managed> {
  const { dir, runId, cleanup } = start;
  const baselineSocket = join(dir, 'haproxy.sock');
  const own = groups === null ? null : network.balancerAddresses();
  const source = own?.[0] ?? null;
  const balancer = new LoadBalancer({
    source,
    tool: tools.haproxy,
    elb: clients.elb,
    instances,
    dir,
    runId,
    env: { ...env, [MARKS.run]: runId },
    bind: [BALANCER_HOST, ...(own ?? [])],
    baselineSocket,
    cleanup,
    onEvent: start.onEnd,
    delays: start.teeth.nlb,
    tellHealth: async (health) => {
      ecs?.noteTargets(health);
      await tellTargetHealth(endpoint, health);
    },
  });
  if (source !== null) groups?.admit('load balancer', source, await readBalancerGroups(clients.elb));
  await balancer.start();
  // An internal load balancer's name leads to its addresses.
  await tellEmulator(endpoint, 'balancer-address', { address: source ?? BALANCER_HOST });
  const watch = watchChanges(
    endpoint,
    async () =>
      void (await Promise.all([
        groups?.refresh(),
        routes?.refresh(),
        names.refresh(),
        ecs?.refresh(),
        balancer.refresh(),
      ])),
    (error) => start.onEvent(`! what was changed could not be read: ${error.message}`),
  );
  cleanup.defer('stop following changes', () => watch.stop());
  return { ecs, baselineSocket };
}
