import { join } from 'node:path';
import type { Action } from '../actions/control-api';
import { alertingFlags } from '../phases/oracle-phase';
import { Cleanup } from '../hosts/cleanup';
import { reservedAddresses } from '../hosts/addresses';
import { lose, lossOf, type Loss } from '../hosts/loss';
import type { DeployedInstance } from '../hosts/instance';
import type { HostNetwork } from '../hosts/network';
import { ORACLE_PORT, writeOracleTargets } from './oracle';
import { MARKS } from '../hosts/processes';
import { startReference, type ReferenceInstance } from './reference-instance';
import { pagerUrl } from '../deploy/overlay';
import type { System } from '../parts';

/** Where the pager files what a plain pair sends. */
const PAGER_PATH = 'plain';
const READY_MS = 30_000;
/** systemd's RestartSec, where a unit says nothing. */
const RESTART_MS = 100;
const PROGRAMS = ['prometheus', 'alertmanager'] as const;
type Program = (typeof PROGRAMS)[number];
/** Of the two, by number: 1, 2. */
type Which = readonly number[];
const memberOf = (address: string): string => `plain pair ${address}`;

/**
 * What users build without us: two Prometheus that both alert, to a pair of clustered Alertmanagers. Same targets,
 * rules and external labels, `replica` dropped, each on a host of its own.
 */
export class PlainPair {
  private hosts: HostNetwork[] | undefined;
  private running: { readonly cleanup: Cleanup; readonly references: ReferenceInstance[] } | undefined;

  constructor(private readonly system: System) {
    system.start.cleanup.defer('stop the plain pair', () => this.stop());
  }

  /** Ready when it resolves. */
  async start(): Promise<void> {
    if (this.running !== undefined) return;
    const { start, prepared, deployed, instances, network } = this.system;
    // Hosts cannot be taken away one by one: they stay until the network goes.
    this.hosts ??= reservedAddresses(network.hostAddress).plainPair.map((address, i) =>
      network.addHost(`plain-${i + 1}`, address),
    );
    const addresses = this.hosts.map((host) => host.address);
    // It scrapes the nodes as they do each other: what it could not reach it would alert on.
    const [{ securityGroups }] = deployed.deployment.instances as [DeployedInstance];
    for (const address of addresses) deployed.groups?.admit(memberOf(address), address, securityGroups);
    const cleanup = new Cleanup();
    const nodes = [...instances.values()].map((i) => ({ node: i.deployed.node, address: i.address }));
    const references = this.hosts.map((host, i) =>
      startReference({
        name: `plain-${i + 1}`,
        tools: prepared.tools,
        bundle: deployed.bundle,
        cluster: prepared.cluster,
        pager: pagerUrl(network.hostAddress),
        pagerPath: PAGER_PATH,
        host,
        prometheusPort: ORACLE_PORT,
        nodeTargets: writeOracleTargets(join(start.dir, 'plain', 'nodes'), nodes),
        clusterPeers: addresses.filter((address) => address !== host.address),
        prometheusFlags: alertingFlags(deployed.deployment.instances[0]!),
        env: { ...prepared.env, [MARKS.run]: start.runId },
        dir: join(start.dir, 'plain', `${i + 1}`),
        cleanup,
        onEvent: (what, how) => this.running !== undefined && start.onEnd(what, how),
      }),
    );
    this.running = { cleanup, references };
    await Promise.all(references.flatMap((r) => [untilReady(r.prometheusUrl), untilReady(r.alertmanagerUrl)]));
  }

  cut(which: Which): void {
    for (const host of this.hostsOf(which)) host.cut();
  }

  heal(which: Which): void {
    for (const host of this.hostsOf(which)) host.heal();
  }

  lose(which: Which, loss: Loss): void {
    for (const host of this.hostsOf(which)) lose(host, this.system.prepared.nft, loss);
  }

  signal(which: Which, program: Program, signal: NodeJS.Signals): void {
    for (const reference of this.of(which)) reference[program].signal(signal);
  }

  /** SIGKILL of Prometheus, which is started again as systemd does it. */
  async crash(which: Which): Promise<void> {
    await this.down(which, 'prometheus');
    await new Promise((resolve) => setTimeout(resolve, RESTART_MS));
    this.up(which, 'prometheus');
  }

  /** Killed, and nobody starts it again. */
  async down(which: Which, program: Program): Promise<void> {
    await Promise.all(this.of(which).map((reference) => reference[program].kill()));
  }

  up(which: Which, program: Program): void {
    for (const reference of this.of(which)) reference[program].start();
  }

  /** Their hosts are gone, with all that runs on them. */
  async powerOff(which: Which): Promise<void> {
    this.cut(which);
    await Promise.all(PROGRAMS.map((program) => this.down(which, program)));
  }

  powerOn(which: Which): void {
    this.heal(which);
    for (const program of PROGRAMS.toReversed()) this.up(which, program);
  }

  async stop(): Promise<void> {
    for (const { address } of this.hosts ?? []) this.system.deployed.groups?.leave(memberOf(address));
    const failed = (await this.running?.cleanup.run()) ?? [];
    this.running = undefined;
    if (failed.length > 0) throw new Error(failed.join('; '));
  }

  private of(which: Which): ReferenceInstance[] {
    return which.map((number) => this.references[number - 1]!);
  }

  private hostsOf(which: Which): HostNetwork[] {
    void this.references; // it has to run
    return which.map((number) => this.hosts![number - 1]!);
  }

  private get references(): readonly ReferenceInstance[] {
    if (this.running === undefined) throw new Error('the plain pair does not run; plain-start starts it');
    return this.running.references;
  }
}

/** The control socket's actions for the pair; every one answers when it took effect, like all faults. */
export function plainPairActions(
  system: System,
  timed: (act: (body: Readonly<Record<string, unknown>>) => unknown) => Action,
): Readonly<Record<string, Action>> {
  const pair = new PlainPair(system);
  return {
    'plain-start': timed(() => pair.start()),
    'plain-stop': timed(() => pair.stop()),
    'plain-cut': timed((body) => pair.cut(whichOf(body))),
    'plain-repair': timed((body) => pair.heal(whichOf(body))),
    'plain-lose': timed((body) => pair.lose(whichOf(body), lossOf(body))),
    'plain-crash': timed((body) => pair.crash(whichOf(body))),
    'plain-down': timed((body) => pair.down(whichOf(body), programOf(body))),
    'plain-up': timed((body) => pair.up(whichOf(body), programOf(body))),
    'plain-power-off': timed((body) => pair.powerOff(whichOf(body))),
    'plain-power-on': timed((body) => pair.powerOn(whichOf(body))),
    'plain-hang': timed((body) => pair.signal(whichOf(body), programOf(body), 'SIGSTOP')),
    'plain-resume': timed((body) => pair.signal(whichOf(body), programOf(body), 'SIGCONT')),
  };
}

/** The first one where nothing is said. @throws Error when it names none of the two */
function whichOf({ which = [1] }: Readonly<Record<string, unknown>>): number[] {
  const numbers = Array.isArray(which) ? which.filter((one): one is 1 | 2 => one === 1 || one === 2) : [];
  if (Array.isArray(which) && numbers.length === which.length) return numbers;
  throw new Error(`which is ${JSON.stringify(which)}, not a list of 1 and 2`);
}

/** Alertmanager where nothing is said. @throws Error when it is none of its programs */
function programOf({ program = 'alertmanager' }: Readonly<Record<string, unknown>>): Program {
  const found = PROGRAMS.find((one) => one === program);
  if (found === undefined) throw new Error(`a plain pair runs no ${JSON.stringify(program)}`);
  return found;
}

async function untilReady(url: string): Promise<void> {
  for (const end = Date.now() + READY_MS; ;) {
    const ok = await fetch(`${url}/-/ready`, { signal: AbortSignal.timeout(1_000) }).then(
      (response) => response.ok,
      () => false, // not up yet
    );
    if (ok) return;
    if (Date.now() > end) throw new Error(`${url} is not ready after ${READY_MS / 1000} s`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
