import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DeleteVolumeCommand, DetachVolumeCommand, EC2Client } from '@aws-sdk/client-ec2';
import type { Action } from './control-api';
import type { Instance } from '../hosts/instance';
import { VOLUME } from '../hosts/machine';
import { LOCAL_CREDENTIALS } from '../deploy/read-back';
import type { System } from '../parts';
import { runDeviceTool } from '../volumes/devices';
import type { VolumePlayer } from '../volumes/player';

type Body = Readonly<Record<string, unknown>>;

/** What EBS does to volumes and snapshots when it fails. */
export function volumeActions(
  system: System,
  node: (body: Body) => Instance,
  timed: (act: (body: Body) => unknown) => Action,
): Readonly<Record<string, Action>> {
  const player = (): VolumePlayer => {
    if (system.volumes !== null) return system.volumes;
    throw new Error('data of the nodes are in plain directories here: volumes need root and loop devices');
  };
  const { region } = system.prepared;
  const ec2 = new EC2Client({ endpoint: system.deployed.endpoint, region, credentials: LOCAL_CREDENTIALS });
  const volumeOf = (body: Body): string => player().volumeOf(node(body).deployed.instanceId);
  const dataOf = (body: Body): string => join(node(body).dir, 'data');
  const onMachine = async (body: Body, command: string, ...args: string[]): Promise<string> => {
    const wrapped = node(body).command(command, args);
    return runDeviceTool(wrapped.command, ...wrapped.args);
  };
  return {
    // By force, while it is written to. `delete`: and nobody gets it back.
    'detach-volume': timed(async (body) => {
      const VolumeId = volumeOf(body);
      await ec2.send(new DetachVolumeCommand({ VolumeId, InstanceId: node(body).deployed.instanceId, Force: true }));
      if (body.delete === true) await ec2.send(new DeleteVolumeCommand({ VolumeId }));
      return { volume: VolumeId };
    }),
    'stall-volume': timed(async (body) => {
      const volume = volumeOf(body);
      player().frozen(volume);
      await onMachine(body, 'fsfreeze', '--freeze', dataOf(body));
      return { volume };
    }),
    // As if much had been quarantined: the oldest there is, as large as all that is free, to the last block.
    'fill-volume': timed(async (body) => {
      const incident = join(dataOf(body), 'quarantine', '2000-01-01T00-00-00-000Z');
      await onMachine(body, 'mkdir', '-p', join(incident, 'files'));
      writeFileSync(join(node(body).dir, VOLUME, 'quarantine', '2000-01-01T00-00-00-000Z', 'manifest.json'), MANIFEST);
      await onMachine(body, 'sh', '-c', FILL, join(incident, 'files'));
    }),
    // As a volume that was made of nothing; its Prometheus must be down.
    'empty-tsdb': timed((body) => onMachine(body, 'rm', '-r', join(dataOf(body), 'prometheus'))),
    'spoil-snapshot': timed((body) => player().spoil(String(body.snapshot))),
  };
}

/** Most of it at once, then smaller and smaller pieces until none fits. */
const FILL =
  'cd "$0" && fallocate -l "$(($(stat -f -c "%a*%S" .) - 33554432))" filler; ' +
  'for size in 64k 4k; do dd if=/dev/zero bs=$size of=rest-$size status=none 2>&1; done; true';

const MANIFEST = `${JSON.stringify({
  version: 1,
  incident: '2000-01-01T00-00-00-000Z',
  at: '2000-01-01T00:00:00.000Z',
  expires: '2100-01-01T00:00:00.000Z',
  items: [{ path: 'filler', kept: 'files/filler', how: 'moved', because: 'a drill', at: '2000-01-01T00:00:00.000Z' }],
  pending: [],
})}\n`;
