import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Cleanup } from './cleanup';
import type { Instance } from './instance';
import { renderHaproxy, type DeployedListener } from './load-balancer';
import { launch, MARKS } from './processes';
import type { Deployment } from './read-back';

export interface LoadBalancerOptions {
  readonly tool: { readonly path: string; readonly env: Readonly<Record<string, string>> };
  readonly deployment: Deployment;
  readonly instances: ReadonlyMap<string, Instance>;
  readonly dir: string;
  readonly runId: string;
  readonly env: Readonly<Record<string, string>>;
  readonly socket: string;
  readonly cleanup: Cleanup;
  readonly onEvent: (what: string, how: string) => void;
}

/** Starts HAProxy with the deployed listeners; their targets are the instances registered with the target groups. */
export function startLoadBalancer(o: LoadBalancerOptions): void {
  const byId = new Map([...o.instances.values()].map((i) => [i.deployed.instanceId, i]));
  const listeners: DeployedListener[] = o.deployment.listeners.map((l) => ({
    ...l,
    targets: l.instanceIds.map((id) => {
      const instance = byId.get(id);
      if (instance === undefined)
        throw new Error(`the target group of ${l.name} has ${id}, which is no running instance`);
      return { name: instance.deployed.node, address: instance.address, port: l.targetPort };
    }),
  }));
  const config = join(o.dir, 'haproxy.cfg');
  mkdirSync(o.dir, { recursive: true });
  writeFileSync(config, renderHaproxy(listeners, '127.0.0.1', o.socket));
  const haproxy = launch({
    name: 'haproxy',
    command: o.tool.path,
    args: ['-db', '-f', config],
    env: { ...o.env, ...o.tool.env, [MARKS.run]: o.runId },
    log: join(o.dir, 'logs', 'haproxy.log'),
  });
  o.cleanup.defer('stop HAProxy', () => haproxy.stop(2_000));
  void haproxy.ended.then((how) => o.onEvent('haproxy', how));
}
