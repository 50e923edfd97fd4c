import { createHash } from 'node:crypto';
import { TerminateInstancesCommand } from '@aws-sdk/client-ec2';
import { PORTS } from '../../../lib/contract/ports';
import { AGENT_STATUS, type AgentStatus } from '../../../lib/contract/documents/agent-status';
import { must } from '../../drills/clock';
import { readInstances } from '../../run/deploy/read-back';
import { startVolumes } from '../../run/volumes/start';
import type { DeployedInstance } from '../../run/hosts/instance';
import type { VolumePlayer } from '../../run/volumes/player';
import type { BootBed } from './bed';
import { makeNode, type BootNode, type NodeOptions } from './node';

const BOOT_MS = 180_000;
const ASK_MS = 2_000;

/** The node that boots. */
export const NODE = 'prometheus-1';

/** A drill's view: the machines that it boots, one after the other, and what they answer. */
export class BootWorld {
  private readonly nodes = new Map<string, BootNode>();
  private player: VolumePlayer | undefined;
  private current: BootNode | undefined;

  constructor(
    readonly bed: BootBed,
    readonly say: (line: string) => void,
    readonly signal: AbortSignal,
  ) {}

  get node(): BootNode {
    if (this.current === undefined) throw new Error('no machine was made yet');
    return this.current;
  }

  /** The volumes appear in the machines that are made from now on. */
  async begin(): Promise<void> {
    const { start, ec2, deployed, prepared, mkfs } = this.bed;
    const { endpoint } = deployed;
    this.player = await startVolumes(start, { ec2, endpoint, cluster: prepared.cluster, mkfs }, (id) => {
      return this.nodes.get(id)?.machine ?? null;
    });
  }

  /** Resolves when all that EC2's API says of volumes is so. */
  async lookAtVolumes(): Promise<void> {
    await this.player!.look();
  }

  /** The instance as it was deployed, without power. */
  async make(options: NodeOptions = {}, deployed?: DeployedInstance): Promise<BootNode> {
    const found = deployed ?? this.bed.deployed.deployment.instances.find(({ node }) => node === NODE);
    if (found === undefined) throw new Error(`${NODE} was not deployed`);
    this.current = await makeNode(this.bed, found, options);
    this.nodes.set(found.instanceId, this.current);
    return this.current;
  }

  /** The instance is terminated as EC2 does it, and its group starts another one, whose machine is made. */
  async replace(): Promise<BootNode> {
    const { bed, node } = this;
    await node.machine.shutDown();
    await node.remove();
    const { instanceId } = node.deployed;
    await bed.ec2.send(new TerminateInstancesCommand({ InstanceIds: [instanceId] }));
    this.nodes.delete(instanceId);
    await this.lookAtVolumes();
    const { cluster, region } = bed.prepared;
    const { instances } = await readInstances(bed.ec2, { cluster, region });
    const next = instances.find((i) => i.node === NODE && i.instanceId !== instanceId);
    if (next === undefined) throw new Error(`the group of ${NODE} started no other instance`);
    return this.make({}, next);
  }

  async status(): Promise<AgentStatus> {
    return AGENT_STATUS.parse(await this.ask(`:${PORTS.agent}/v1/status`), 'the agent');
  }

  async answers(path: string): Promise<boolean> {
    return this.ask(path).then(
      () => true,
      () => false,
    );
  }

  /** Seconds from `since` until the agent answers. */
  agentAnswers = (since: number, withinMs = BOOT_MS): Promise<number> =>
    this.until('the agent answers', since, withinMs, async () => void (await this.status()));

  prometheusReady = (since: number, withinMs = BOOT_MS): Promise<number> =>
    this.until(
      'Prometheus is ready',
      since,
      withinMs,
      async () => void (await this.ask(`:${PORTS.prometheus}/-/ready`)),
    );

  /** Seconds until every target of the demonstration is scraped. */
  scrapes = (since: number, withinMs = BOOT_MS): Promise<number> =>
    this.until('Prometheus scrapes', since, withinMs, async () => {
      const up = await this.query('count(up{job=~"prometheus-ha-demo-.*"} == 1)');
      if (up < 3) throw new Error(`${up} of 3 targets are up`);
    });

  /** Seconds until the sidecar and the node's query run and answer; 0 where there are none. */
  thanosWell = async (since: number, withinMs = BOOT_MS): Promise<number> =>
    this.bed.thanos
      ? this.until('Thanos is well', since, withinMs, async () => {
          const { sidecar, nodeQuery } = await this.status();
          if (typeof sidecar?.pid !== 'number' || sidecar.errors.length > 0) throw new Error(JSON.stringify(sidecar));
          if (nodeQuery?.problem !== null) throw new Error(JSON.stringify(nodeQuery));
        })
      : 0;

  /** Seconds until CloudFormation has the node's signal: what a deploy waits for. */
  signalled = (since: number, withinMs = BOOT_MS): Promise<number> =>
    this.until('the node signals', since, withinMs, async () => {
      const state = await this.property('prometheus-ha-signal.service', 'ActiveState');
      if (state !== 'active') throw new Error(`its unit is ${state}`);
    });

  /** Whether all of that came. */
  async comesUp(since: number): Promise<Readonly<Record<string, number>>> {
    const agentAnswers = await this.agentAnswers(since);
    const prometheusReady = await this.prometheusReady(since);
    const scraped = await this.scrapes(since);
    return { agentAnswers, prometheusReady, scraped, signalled: await this.signalled(since) };
  }

  async property(unit: string, name: string): Promise<string> {
    return (await this.node.machine.run('systemctl', 'show', '--value', '-p', name, unit)).trim();
  }

  /** What is wrong in the machine's own eyes. */
  async units(): Promise<{ readonly failedUnits: number; readonly agentRestarts: number }> {
    const failed = await this.node.machine.run('systemctl', 'list-units', '--failed', '--plain', '--no-legend');
    return {
      failedUnits: failed.split('\n').filter((line) => line !== '').length,
      agentRestarts: Number(await this.property('prometheus-ha-agent.service', 'NRestarts')),
    };
  }

  /** What the agent has logged, on this machine and since it booted. */
  agentLog(): Promise<string> {
    return this.node.machine.run('journalctl', '--boot', '--output=cat', '--unit=prometheus-ha-agent.service');
  }

  /** How often the log has it. */
  async logged(what: RegExp): Promise<number> {
    return [...(await this.agentLog()).matchAll(new RegExp(what, 'g'))].length;
  }

  /** A number that Prometheus answers; 0 for nothing. */
  async query(expression: string, at?: number): Promise<number> {
    const time = at === undefined ? '' : `&time=${at}`;
    const text = await this.ask(`:${PORTS.prometheus}/api/v1/query?query=${encodeURIComponent(expression)}${time}`);
    const found = /"value":\[[^,]*,"([^"]*)"\]/.exec(text)?.[1];
    return found === undefined ? 0 : Number(found);
  }

  /** Every sample of the demonstration until that moment (seconds), as one sum: what is kept is the same later. */
  async samplesUntil(at: number): Promise<{ readonly count: number; readonly digest: string }> {
    const expression = '{job=~"prometheus-ha-demo-.*"}[1h]';
    const path = `:${PORTS.prometheus}/api/v1/query?query=${encodeURIComponent(expression)}&time=${at}`;
    const text = await this.ask(path, 20_000);
    const samples = [...text.matchAll(/\[\d+\.?\d*,"[^"]*"\]/g)].map(([sample]) => sample).sort();
    return { count: samples.length, digest: createHash('sha256').update(samples.join()).digest('hex') };
  }

  async until(what: string, since: number, withinMs: number, works: () => Promise<void>): Promise<number> {
    await must(what, withinMs, this.signal, () => works().then(() => null), 100);
    return (Date.now() - since) / 1000;
  }

  private async ask(path: string, timeoutMs = ASK_MS): Promise<string> {
    const url = `http://${this.node.host.address}${path}`;
    const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) });
    if (!response.ok) throw new Error(`${url}: HTTP ${response.status}`);
    return response.text();
  }
}
