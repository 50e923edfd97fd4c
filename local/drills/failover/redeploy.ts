import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  CreateLaunchTemplateVersionCommand,
  DescribeInstancesCommand,
  DescribeLaunchTemplateVersionsCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import { NODE_CONFIG } from '../../../lib/contract/documents/node-config';
import { deployApp } from '../../emulator/deploy';
import { merge } from '../../../lib/infra/config/overlay/merge';
import { addToOverlay, OVERLAY_FILE } from '../../run/deploy/overlay-file';
import { UPDATES, callControl } from '../../../lib/shell/local/call-control';
import { EMULATOR_PORT } from '../../run/phases/prepare-phase';
import { LOCAL_CREDENTIALS } from '../../run/deploy/read-back';
import { awaitAll, must } from '../clock';
import type { MetricReading } from '../instrument';
import { ask } from './operator';
import type { Roles } from '../scenario';
import { statusOf, type TestBed } from '../test-bed';

const GONE = 'gone-';
/** Both nodes: an orderly end, a boot, and one resend interval until the gate has heard everything; with a wide margin. */
const ROLLED_OUT_MS = 300_000;

/** One resend interval, with a wide margin. */
const GATE_WARM_MS = 60_000;

/** CloudFormation begins with the first node; that it alerts makes the number of hand-overs certain. */
export async function theFirstAlerts(world: TestBed): Promise<void> {
  const first = world.state.nodes[0]!.node;
  await must('the first node cannot take over', GATE_WARM_MS, world.signal, async () =>
    (await statusOf(world, first)).gate.primed ? null : 'its gate has not listened for long enough',
  );
  await ask(world, { kind: 'switchover', to: first, reason: 'drill: a deploy begins with it' });
}

/** A real `cdk deploy --all` of a cluster.ts in which another setting of Prometheus changed; machines wait. */
export async function deployChanged(world: TestBed): Promise<void> {
  const { faults, say } = world;
  await faults.act('hold-updates');
  const now = NODE_CONFIG.parse(told(world, 'node.json'), 'node.json').prometheus.walSegmentSize;
  const next = now === '64MB' ? '32MB' : '64MB';
  const before = readFileSync(overlayOf(world), 'utf8');
  say(`  cdk deploy --all with walSegmentSize ${next} instead of ${now}`);
  await deployRun(world, { walSegmentSize: next });
  // For what is deployed after this drill.
  writeFileSync(overlayOf(world), before);
}

export const assemblyOf = ({ state }: TestBed): string => join(state.dir, 'cdk.out');

const overlayOf = ({ state }: TestBed): string => join(state.dir, OVERLAY_FILE);

/** A real `cdk deploy --all` of the run's configuration with `change` over its settings of the cluster. */
export async function deployRun(world: TestBed, change: Readonly<Record<string, unknown>>): Promise<void> {
  const { state, signal } = world;
  const overlay = overlayOf(world);
  addToOverlay(overlay, (was) => ({ ...was, cluster: merge(was.cluster, change) }));
  await deployApp({
    port: EMULATOR_PORT,
    region: state.region,
    overlay,
    outDir: assemblyOf(world),
    onProgress: () => {},
    signal,
  });
}

/** New versions of the launch templates that cannot work: synth would refuse most of what a person could get wrong. */
export async function deployBadTemplate(world: TestBed): Promise<void> {
  const { state, faults } = world;
  await faults.act('hold-updates');
  const ec2 = new EC2Client({ endpoint: state.endpoint, region: state.region, credentials: LOCAL_CREDENTIALS });
  const { Reservations } = await ec2.send(
    new DescribeInstancesCommand({ InstanceIds: state.nodes.map((n) => n.instanceId) }),
  );
  for (const instance of Reservations!.flatMap((r) => r.Instances ?? [])) {
    const LaunchTemplateId = instance.Tags!.find((t) => t.Key === 'aws:ec2launchtemplate:id')!.Value!;
    const { LaunchTemplateVersions } = await ec2.send(
      new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateId, Versions: ['$Latest'] }),
    );
    const data = LaunchTemplateVersions![0]!.LaunchTemplateData!;
    const userData = Buffer.from(data.UserData!, 'base64').toString();
    const key = /"key": "([^"]*)"/.exec(userData.replaceAll('\\"', '"'))?.[1];
    if (key === undefined) throw new Error('the user data names no agent');
    await ec2.send(
      new CreateLaunchTemplateVersionCommand({
        LaunchTemplateId,
        SourceVersion: String(LaunchTemplateVersions![0]!.VersionNumber),
        LaunchTemplateData: { UserData: Buffer.from(userData.replaceAll(key, `${GONE}${key}`)).toString('base64') },
      }),
    );
  }
}

/** Waits until no node is being replaced any more, and says which were and what they run. */
export async function rolledOut(world: TestBed, _: Roles, struckAt: number): Promise<MetricReading> {
  const before = world.state.nodes;
  const missing = await awaitAll(
    async () => {
      const { busy } = await callControl(world.state.socket, 'updates', UPDATES);
      return busy ? 'nodes are still being replaced' : null;
    },
    { timeoutMs: ROLLED_OUT_MS, signal: world.signal },
  );
  const after = world.state.nodes;
  const replaced = after.filter((n) => before.find((b) => b.node === n.node)?.instanceId !== n.instanceId);
  return {
    measurements: {
      nodesReplaced: replaced.length,
      rolledOutAfter: missing === null ? (Date.now() - struckAt) / 1000 : null,
      rolledBack: replaced.length === 1 && !told(world, 'boot.json').includes(GONE) ? 1 : 0,
    },
    findings: missing === null ? [] : [missing],
  };
}

/** A file that the first node was given at its boot. */
const told = ({ state }: TestBed, name: string): string =>
  readFileSync(join(state.nodes[0]!.dir, 'etc', 'prometheus-ha', name), 'utf8');
