import { TAGS } from '../../lib/contract/tags';
import { UserError } from '../../lib/contract/errors';

/** What EC2 says of a volume, as far as it matters here. */
export interface KnownVolume {
  readonly id: string;
  readonly tags: Readonly<Record<string, string>>;
  /** Instance that it is attached to, or still being attached to or detached from. */
  readonly attachedTo: string | null;
}

/**
 * Of several volumes of a node the highest generation wins: that is the one that was restored last. Of twins, as a stack
 * leaves that was deleted and made again, the one in use.
 * @throws UserError without any, or with twins of which none or more than one is in use: samples are in one of them
 */
export function chooseVolume(volumes: readonly KnownVolume[], node: string): KnownVolume {
  const generation = (v: KnownVolume): number => Number(v.tags[TAGS.generation]);
  const numbered = volumes.filter((v) => Number.isInteger(generation(v)));
  const highest = Math.max(...numbered.map(generation));
  const newest = numbered.filter((v) => generation(v) === highest);
  const attached = newest.filter((v) => v.attachedTo !== null);
  const [best, twin] = attached.length > 0 ? attached : newest;
  if (twin !== undefined) throw new TwinVolumes(node, highest, attached.length > 0 ? attached : newest);
  if (best !== undefined) return best;
  throw new UserError({
    what: `no data volume for ${node}`,
    got: volumes.map((v) => v.id).join(', ') || 'no volume with its tags',
    expected: `an EBS volume tagged ${TAGS.node}=${node} and ${TAGS.generation}=<number>`,
    fix: 'deploy the stateful stack',
  });
}

/** Which one has the samples nobody can say but a person. */
class TwinVolumes extends UserError {
  constructor(node: string, generation: number, twins: readonly KnownVolume[]) {
    const ids = twins.map(({ id }) => id).sort();
    super({
      what: `${node} has ${ids.length} data volumes of generation ${generation}, and does not choose`,
      got: ids.join(', '),
      expected: `one that is not tagged ${TAGS.kept}`,
      fix: `look which one has the samples, and set the other aside: aws ec2 create-tags --resources <id> --tags Key=${TAGS.kept},Value=twin`,
    });
  }
}

export interface AttachSituation {
  readonly mounted: boolean;
  readonly deviceExists: boolean;
  readonly attachedTo: string | null;
  readonly self: string;
  /** Type of the file system on it; null when it is blank. Asked only where the device exists. */
  readonly fileSystem: string | null;
}

export type VolumeStep = 'done' | 'attach' | 'wait-for-other-instance' | 'wait-for-device' | 'format' | 'mount';

/** The next step towards a mounted volume; asked anew after each, so it may die anywhere. */
export function nextVolumeStep(s: AttachSituation): VolumeStep {
  if (s.mounted) return 'done';
  if (s.deviceExists) return s.fileSystem === null ? 'format' : 'mount';
  if (s.attachedTo === null) return 'attach';
  return s.attachedTo === s.self ? 'wait-for-device' : 'wait-for-other-instance';
}

/** A volume that has or had data on it and cannot be mounted: another one has to be made, and this one never formatted. */
export class UnusableVolume extends UserError {
  constructor(
    readonly id: string,
    readonly generation: number,
    from: string | null,
    why: string,
  ) {
    super({
      what: `${id} cannot be mounted`,
      got: why,
      expected:
        from === null
          ? 'its file system, or nothing at all on it'
          : `the file system that was on ${from}, which it was made of`,
      fix: 'restore-snapshot makes another one of an earlier snapshot, if there is one',
    });
  }
}

/** How Nitro instances name devices: by the volume's id, whatever was asked for. */
export function deviceName(volumeId: string): string {
  return `nvme-Amazon_Elastic_Block_Store_${volumeId.replace('-', '')}`;
}

/** What a volume is attached as: two of one node may be attached for a moment, and no two as the same. */
export function attachAs(generation: number): string {
  return `/dev/sd${'fghijklmno'[generation % 10]}`;
}
/** Of a volume that is only tried. */
export const ATTACH_TEST_AS = '/dev/sdp';
