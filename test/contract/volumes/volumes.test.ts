import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateVolumeCommand,
  DeleteVolumeCommand,
  DetachVolumeCommand,
  EC2Client,
  RunInstancesCommand,
} from '@aws-sdk/client-ec2';
import { restoreVolumes } from '../../../lambdas/restore-snapshot/cycle';
import { reconcileSnapshots } from '../../../lambdas/take-snapshot/cycle';
import { ownTags, readStorage, toTags, type ShardStorage } from '../../../lib/shell/aws/ebs';
import { probeNode } from '../../../lib/shell/probes/prober';
import type { AgentStatus } from '../../../lib/contract/documents/agent-status';
import { DEFAULT_POLICY } from '../../../lib/contract/documents/policy';
import { TAGS } from '../../../lib/contract/tags';
import { Machine } from '../../../local/run/hosts/machine';
import { MARKS, killMarked } from '../../../local/run/hosts/processes';
import { runDeviceTool } from '../../../local/run/volumes/devices';
import { ImageStore } from '../../../local/run/volumes/image-store';
import { directorySlots } from '../../../local/run/volumes/slots';
import { VolumePlayer } from '../../../local/run/volumes/player';
import { ifItCanBeHad } from '../../../local/tools';
import { TestCluster, type TestMachine, type TestNode } from '../agent/agent-cluster';
import { eventually } from '../agent/agent-tools';

/**
 * Real volumes: loop devices with XFS, attached by the emulator's EC2 API and mounted by the agents; snapshots of them,
 * restore tests, and what happens when one is detached or full. Needs root.
 */
jest.setTimeout(400_000);
const root = process.getuid?.() === 0;
const describeAsRoot = root ? describe : describe.skip;
if (!root)
  process.stderr.write('test/contract/volumes/volumes.test.ts is skipped: loop devices and mounts need root\n');

describeAsRoot('data volumes', () => {
  const cluster = new TestCluster('127.88.31');
  const policy = {
    ...DEFAULT_POLICY,
    volume: { lookMs: 1_000, stalledMs: 6_000 },
    snapshots: { ...DEFAULT_POLICY.snapshots, everyMs: 60_000, testEveryMs: 60_000 },
  };
  const mark = { [MARKS.run]: `volumes-test-${process.pid}` };
  let dir: string;
  let images: ImageStore;
  let player: VolumePlayer;
  let ec2: EC2Client;
  let one: TestNode;
  let two: TestNode;
  const machines = new Map<string, { readonly machine: Machine; readonly instanceId: string; readonly dir: string }>();
  const happened: string[] = [];
  let ending = false;
  let control: Promise<void>;

  /** An instance in the emulator with a blank volume, and mounts of its own on this machine. */
  async function makeMachine(name: string, of: string, i: number): Promise<TestMachine> {
    ec2 ??= new EC2Client({});
    const zone = `eu-west-1${'ab'[i % 2]}`;
    const { Instances } = await ec2.send(
      new RunInstancesCommand({
        ImageId: 'ami-12c6146b',
        MinCount: 1,
        MaxCount: 1,
        Placement: { AvailabilityZone: zone },
      }),
    );
    const instanceId = Instances![0]!.InstanceId!;
    const tags = { ...ownTags('test', 0), [TAGS.node]: name, [TAGS.generation]: '1' };
    await ec2.send(
      new CreateVolumeCommand({
        AvailabilityZone: zone,
        Size: 1,
        TagSpecifications: [{ ResourceType: 'volume', Tags: toTags(tags) }],
      }),
    );
    const host = {
      address: '',
      command: (command: string, args: readonly string[]) => ({
        command: 'unshare',
        args: ['--mount', '--propagation', 'slave', command, ...args],
      }),
      namespace: null,
      cut: () => undefined,
      heal: () => undefined,
      remove: () => undefined,
    };
    const env = { PATH: process.env.PATH!, ...mark };
    const machine = new Machine({ name, dir: of, host, env });
    machines.set(name, { machine, instanceId, dir: of });
    return {
      instanceId,
      policy,
      env: {
        ...mark,
        PATH: `${join(dir, 'bin')}:${process.env.PATH}`,
        PROMHA_MOUNT_DATA: '1',
        PROMHA_DEVICE_DIR: join(of, 'by-id'),
      },
      wrap: (command, args) => machine.command(command, args),
    };
  }

  /** What the two functions do, all the time. */
  async function playFunctions(): Promise<void> {
    const log = (_level: string, event: string, fields: object): void => {
      if (/wait|nothing/.test(event)) return;
      happened.push(`${event} ${JSON.stringify(fields)}`);
    };
    while (!ending) {
      const addresses = cluster.nodes.map((n) => [n.name, n.address] as const);
      const probes = new Map(
        await Promise.all(addresses.map(async ([n, a]) => [n, await probeNode(n, a, 2_000, Date.now)] as const)),
      );
      const nodes = addresses.map(([n]) => n);
      const { store } = cluster;
      const deps = { ec2, store, cluster: 'test', shard: 0, nodes, probes, policy, now: Date.now, log };
      await reconcileSnapshots(deps).then(
        ({ failed }) => happened.push(...failed),
        (error: Error) => happened.push(error.message),
      );
      await restoreVolumes(deps).catch((error: Error) => happened.push(error.message));
      await new Promise((resolve) => setTimeout(resolve, 1_000));
    }
  }

  const storage = (): Promise<ShardStorage> => readStorage(ec2, 'test', 0);
  const volumeOf = (node: TestNode): string => player.volumeOf(machines.get(node.name)!.instanceId);
  const restored = (): Promise<true> =>
    eventually(
      'the restore has ended',
      async () => (await cluster.store.readRestore(two.name))?.record.state === 'done',
      60_000,
    );
  const onMachine = async (node: TestNode, command: string, ...args: string[]): Promise<string> => {
    const wrapped = machines.get(node.name)!.machine.command(command, args);
    return runDeviceTool(wrapped.command, ...wrapped.args);
  };
  const well = (node: TestNode, holds: (status: AgentStatus) => boolean, withinMs = 120_000): Promise<AgentStatus> =>
    eventually(
      `${node.name} is well`,
      async () => {
        const status = await node.status();
        const probe = await probeNode(node.name, node.address, 2_000, Date.now);
        return status.volume?.trouble === null && probe.ready && probe.scrapeLagMs !== null && holds(status) && status;
      },
      withinMs,
    );

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'promha-volumes-'));
    const mkfs = await ifItCanBeHad('mkfs.xfs', {});
    if (mkfs === null) throw new Error('mkfs.xfs cannot be had');
    const { toolDir } = await import('../../../local/run/tool-dir');
    toolDir(join(dir, 'bin'), { 'mkfs.xfs': mkfs });
    images = await ImageStore.create(join(dir, 'volumes'), mkfs);
    const alertmanager = 'route: { receiver: none }\nreceivers: [{ name: none }]\n';
    const global = { scrapeInterval: '1s', evaluationInterval: '1s' };
    await cluster.start(
      () => ({ version: 1, global, externalLabels: {}, rules: {}, targets: {}, alertmanager }),
      2,
      { periodMs: 5_000 },
      { shards: 1 },
      makeMachine,
    );
    [one, two] = cluster.nodes as [TestNode, TestNode];
    player = new VolumePlayer({
      ec2,
      endpoint: process.env.AWS_ENDPOINT_URL!,
      cluster: 'test',
      store: images,
      scratch: join(dir, 'scratch'),
      slots: (id) => {
        const found = [...machines.values()].find((m) => m.instanceId === id);
        return found === undefined ? null : directorySlots(join(found.dir, 'by-id'));
      },
      onEvent: (what) => happened.push(what),
    });
    await player.start();
    await cluster.assign('node-1', 1);
    await cluster.isHealthy(one);
    await cluster.isHealthy(two);
    control = playFunctions();
  }, 180_000);

  afterAll(async () => {
    ending = true;
    await control;
    // First: whoever waits for a frozen volume cannot be killed.
    await player.stop();
    await cluster.stop();
    await killMarked(mark);
    await images.close();
    rmSync(dir, { recursive: true, force: true });
    if (process.env.PROMHA_TEST_VERBOSE) process.stderr.write(`${happened.join('\n')}\n${two.log()}\n`);
  }, 240_000);

  test('are attached, formatted and mounted by the agents', async () => {
    for (const node of [one, two]) {
      const { volume } = await well(node, () => true);
      expect(volume).toMatchObject({ id: volumeOf(node), generation: 1, trouble: null });
      const mounted = await onMachine(node, 'findmnt', '-n', '-o', 'FSTYPE', '--mountpoint', join(node.dir, 'data'));
      expect(mounted.trim()).toBe('xfs');
    }
  });

  test('are snapshotted while Prometheus writes, and a snapshot is good only after a restore of it was tried', async () => {
    await eventually(
      'good snapshots of both',
      async () => {
        const { snapshots } = await storage();
        const nodes = new Set(snapshots.filter((s) => s.verdict === 'good').map((s) => s.node));
        return nodes.size === 2 && snapshots;
      },
      300_000,
    );
    // Those of now: on a busy machine the next test begins before the last volume is gone.
    const made = new Set((await storage()).tests.map(({ id }) => id));
    const isLeft = ({ id }: { readonly id: string }): boolean => made.has(id);
    await eventually('the volumes of the tests are gone', async () => !(await storage()).tests.some(isLeft), 90_000);
    expect(two.lines.some((l) => l.event === 'snapshot-tried' && String(l.because).includes('samples of up'))).toBe(
      true,
    );
  });

  test('detached under load: the same one is attached again', async () => {
    const VolumeId = volumeOf(two);
    await ec2.send(new DetachVolumeCommand({ VolumeId, InstanceId: machines.get('node-2')!.instanceId, Force: true }));
    await eventually('it is noticed', async () => (await two.status()).volume?.trouble === 'gone');
    await well(two, (s) => s.volume?.id === VolumeId);
    expect(two.lines.filter((l) => l.event === 'volume-swapped')).toHaveLength(1);
    // Nothing was made for it.
    expect((await storage()).volumes).toHaveLength(2);
  });

  test('full: what was quarantined goes first', async () => {
    const incident = join(two.dir, 'data', 'quarantine', '2000-01-01T00-00-00-000Z');
    const script = 'mkdir -p "$0/files" && fallocate -l "$(($(stat -f -c "%a*%S" "$0") - 33554432))" "$0/files/filler"';
    await onMachine(two, 'sh', '-c', script, incident);
    const status = await well(two, (s) => (s.volume?.freed.length ?? 0) > 0);
    expect(status.volume).toMatchObject({ freed: ['2000-01-01T00-00-00-000Z'] });
    expect(status.volume!.freeBytes).toBeGreaterThan(200 * 2 ** 20);
  });

  test('deleted, and the latest snapshot is spoiled: its test says so, and a new volume is made of the one before', async () => {
    const of = async (): Promise<ShardStorage['snapshots']> =>
      (await storage()).snapshots.filter((s) => s.node === two.name);
    const newest = Math.max(...(await of()).map((s) => s.takenAt));
    await eventually(
      'a snapshot that was spoiled is found bad',
      async () => {
        const later = (await of()).filter((s) => s.takenAt > newest);
        // One that the player has not copied yet is spoiled with the next look.
        for (const { id } of later.filter((s) => s.verdict === null)) await player.spoil(id).catch(() => undefined);
        return later.some((s) => s.verdict === 'bad');
      },
      240_000,
    );
    const VolumeId = volumeOf(two);
    await ec2.send(new DetachVolumeCommand({ VolumeId, InstanceId: machines.get('node-2')!.instanceId, Force: true }));
    await ec2.send(new DeleteVolumeCommand({ VolumeId }));
    const { volume } = await well(two, (s) => s.volume?.generation === 2);
    const { record } = (await cluster.store.readRestore(two.name))!;
    expect(record.volumeId).toBe(volume!.id);
    expect((await of()).find((s) => s.id === record.snapshotId)).toMatchObject({ verdict: 'good' });
    // Whatever befalls the new volume before that is of the same incident, for which no snapshot is left.
    await restored();
  });

  test('stalled: taken away by force, and another one is made', async () => {
    const stalled = volumeOf(two);
    player.frozen(stalled);
    await onMachine(two, 'fsfreeze', '--freeze', join(two.dir, 'data'));
    await eventually('it is noticed', async () => (await two.status()).volume?.trouble === 'stalled', 30_000);
    await well(two, (s) => s.volume?.generation === 3);
    await restored();
    const old = (await storage()).volumes.find((v) => v.id === stalled);
    expect(old).toMatchObject({ kept: true, attachedTo: null });
  });
});
