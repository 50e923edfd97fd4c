import {
  AttachVolumeCommand,
  CreateTagsCommand,
  CreateVolumeCommand,
  DescribeVolumesCommand,
  DetachVolumeCommand,
  type Volume,
} from '@aws-sdk/client-ec2';
import { TAGS } from '../../../lib/contract/tags';
import { sleepUnlessStopped } from '../../drills/clock';
import { NODE, type BootWorld } from '../world/world';
import type { BootDrill } from './drill';
import { filesOfRoot, giveToRoot } from './power';
import { FORMATS, powerOn, rememberSamples, switchOn, whileWaiting } from './steps';

const WAIT_MS = 15_000;
const DEVICE_MS = 8_000;

async function dataVolume({ bed }: BootWorld): Promise<Volume> {
  const Filters = [{ Name: `tag:${TAGS.node}`, Values: [NODE] }];
  const { Volumes = [] } = await bed.ec2.send(new DescribeVolumesCommand({ Filters }));
  if (Volumes.length !== 1) throw new Error(`${NODE} has ${Volumes.length} data volumes, expected one`);
  return Volumes[0]!;
}

export const VOLUME_DRILLS: readonly BootDrill[] = [
  {
    name: 'boot-old-data',
    what: 'the instance is terminated, and the next one finds the volume with its data',
    async course(world) {
      await world.comesUp(await switchOn(world));
      const compare = await rememberSamples(world);
      await giveToRoot(world);
      world.say('  EC2 terminates it, whose data are as of an earlier version; its group starts another one');
      const asked = Date.now();
      const next = await world.replace();
      const shutDown = (Date.now() - asked) / 1000;
      next.startMetadata();
      const up = await world.comesUp(await powerOn(world));
      return {
        ...up,
        ...(await world.units()),
        shutDown,
        filesOfRoot: await filesOfRoot(world),
        formattedAgain: await world.logged(FORMATS),
        ...(await compare()),
      };
    },
  },
  {
    name: 'boot-volume-late',
    what: 'the volume is still attached to another instance; freed, its device takes its time to appear',
    async course(world) {
      const { bed } = world;
      const { VolumeId } = await dataVolume(world);
      const other = bed.deployed.deployment.instances.find(({ node }) => node !== NODE)!;
      await bed.ec2.send(new AttachVolumeCommand({ VolumeId, InstanceId: other.instanceId, Device: '/dev/sdf' }));
      const agentAnswers = await world.agentAnswers(await switchOn(world));
      world.say('  another instance has its volume');
      const waiting = await whileWaiting(world, WAIT_MS, /"step":"wait-for-other-instance"/);
      world.node.machine.holdDevices();
      await bed.ec2.send(new DetachVolumeCommand({ VolumeId, InstanceId: other.instanceId }));
      await sleepUnlessStopped(DEVICE_MS, world.signal);
      world.say('  free and attached; the device appears');
      const since = Date.now();
      world.node.machine.appear();
      const up = await world.comesUp(since);
      return { ...up, agentAnswers, ...waiting, ...(await world.units()), formatted: await world.logged(FORMATS) };
    },
  },
  {
    name: 'boot-volume-stuck',
    what: 'the volume is attached and its device never appears, until an operator detaches it by force',
    async course(world) {
      const { bed } = world;
      const { VolumeId } = await dataVolume(world);
      const { machine } = await world.make();
      machine.holdDevices();
      world.node.startMetadata();
      const agentAnswers = await world.agentAnswers(await powerOn(world));
      const waiting = await whileWaiting(world, WAIT_MS, /"step":"wait-for-device"/);
      world.say('  an operator detaches it by force');
      const since = Date.now();
      await bed.ec2.send(
        new DetachVolumeCommand({ VolumeId, InstanceId: world.node.deployed.instanceId, Force: true }),
      );
      await world.lookAtVolumes();
      machine.appear();
      const up = await world.comesUp(since);
      return { ...up, agentAnswers, ...waiting, ...(await world.units()), formatted: await world.logged(FORMATS) };
    },
  },
  {
    name: 'boot-twins',
    what: 'two volumes of the node have the same generation: it does not choose, until a person sets one aside',
    async course(world) {
      const { ec2 } = world.bed;
      const { VolumeId, Tags, AvailabilityZone, Size } = await dataVolume(world);
      const tags = Tags!.filter(({ Key }) => !Key!.startsWith('aws:'));
      const twin = await ec2.send(
        new CreateVolumeCommand({
          AvailabilityZone,
          Size,
          TagSpecifications: [{ ResourceType: 'volume', Tags: tags }],
        }),
      );
      const agentAnswers = await world.agentAnswers(await switchOn(world));
      const waiting = await whileWaiting(world, WAIT_MS, /does not choose/);
      const log = await world.agentLog();
      const bothNamed = log.includes(VolumeId!) && log.includes(twin.VolumeId!) ? 1 : 0;
      world.say('  a person sets one aside');
      const since = Date.now();
      const kept = { Key: TAGS.kept, Value: 'twin' };
      await ec2.send(new CreateTagsCommand({ Resources: [twin.VolumeId!], Tags: [kept] }));
      const up = await world.comesUp(since);
      const formatted = await world.logged(FORMATS);
      return { ...up, agentAnswers, ...waiting, ...(await world.units()), bothNamed, formatted };
    },
  },
];
