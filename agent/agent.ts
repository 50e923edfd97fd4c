import { join } from 'node:path';
import type { NodeConfig } from '../lib/contract/documents/node-config';
import { controlS3, s3ControlStore } from '../lib/shell/assignment/store';
import { systemClock } from '../lib/shell/async/clock';
import type { Base } from './base/base';
import { Contact } from './base/contact';
import type { AgentEnv } from './base/env';
import { readIdentity } from './base/identity';
import { messageOf, type Log } from './base/log';
import { untilItWorks, type Loop } from './base/loop';
import { pathsOf } from './base/paths';
import { leave } from './failover/leave';
import { startAlerting } from './parts/alerting';
import { bringUp, resume } from './parts/bring-up';
import { partsOf, type Parts } from './parts/parts';
import { serveOthers } from './parts/servers';
import { Generations } from './rendering/generation';

export interface Agent {
  /** Hands alerting over, if this node alerts and another one can, and queries; bounded, and never rejects. */
  leave(): Promise<void>;
  /** Ends the agent; Prometheus and Alertmanager keep running unless asked otherwise. */
  stop(withChildren: boolean): Promise<void>;
}

/**
 * The life of a node. First what a running cluster needs back at once after an agent's crash: the gate,
 * the adopted processes, the role. Then what a new machine needs: its volume, programs, configuration.
 */
export async function startAgent(config: NodeConfig, env: AgentEnv, log: Log): Promise<Agent> {
  const base: Base = { config, env, paths: pathsOf(env), log, startedAt: new Date().toISOString() };
  const { storeTimeoutMs } = config.policy;
  const s3 = controlS3(storeTimeoutMs);
  const store = s3ControlStore(s3, config.controlBucket, config.shard, storeTimeoutMs);
  const generations = new Generations(base.paths.config, join(base.paths.secrets, 'generations'));
  const contact = new Contact();
  const identified = untilItWorks('instance metadata', () => readIdentity(env.metadataEndpoint), log);
  const address = identified.then((identity) => identity.address);
  const alerting = await startAlerting(base, store, contact, address);

  const parts = partsOf({ base, s3, store, generations, contact, ...alerting }, await identified);
  await serveOthers(parts);
  const loops = resume(parts);
  const { identity, prometheus, alertmanager } = parts;
  log('info', 'agent-started', {
    ...identity,
    adopted: { prometheus: prometheus.pid, alertmanager: alertmanager.pid },
  });
  bringUp(parts, (begun) => loops.push(...begun)).catch((error: unknown) => {
    // systemd starts the agent anew, and what runs keeps running.
    log('error', 'agent-failed', { error: messageOf(error) });
    process.exit(1);
  });
  return agentOf(parts, loops);
}

/** `loops`: all that run, those that begin later included. */
function agentOf(parts: Parts, loops: readonly Loop[]): Agent {
  const { base, peers, store, failover, gate, prometheus, alertmanager, sidecar, nodeQuery } = parts;
  const { config, log } = base;
  const programs = [prometheus, alertmanager, sidecar, nodeQuery];
  return {
    leave: () =>
      leave(
        { config, nodes: peers.nodes, role: failover.role, probes: failover.probes, store, clock: systemClock, log },
        () => [gate.resolvedSent(), sidecar?.retire(), nodeQuery?.retire()],
      ),
    async stop(withChildren) {
      for (const loop of loops) loop.stop();
      gate.stop();
      if (withChildren) await Promise.all(programs.map((program) => program?.stop()));
      else for (const program of programs) program?.release();
      log('info', 'agent-stopped', { childrenStopped: withChildren });
    },
  };
}
