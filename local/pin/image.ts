import { DescribeImagesCommand, EC2Client } from '@aws-sdk/client-ec2';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { UserError } from '../../lib/contract/errors';
import { loadCluster } from '../../lib/infra/config/load';
import { lockFileOf, lockImage } from '../../lib/infra/config/lock/lock-file';
import { imageParameter } from '../../lib/infra/config/lock/node-image';
import { shown } from '../../lib/infra/config/shown';
import { IMAGE_ID } from '../../lib/infra/config/schema/values';

/** What EC2 says of an image. */
interface KnownImage {
  readonly name: string;
  readonly architecture: string;
  readonly state: string;
}

/** Where images are asked for, in one region. */
export interface Images {
  /** Value of a public parameter. */
  parameter(region: string, name: string): Promise<string>;
  /** null: there is no such image in the region. */
  image(region: string, id: string): Promise<KnownImage | null>;
}

/**
 * Writes into the lock beside `clusterFile` what Amazon's parameter names today. Returns what was done, for people.
 * @throws UserError: the configuration is not sound, AWS does not answer, or the image is not what the nodes need
 */
export async function pinImage(clusterFile: string, images: Images): Promise<string> {
  const cluster = loadCluster(clusterFile);
  const { region, instance } = cluster;
  const parameter = imageParameter(instance);
  const id = await images.parameter(region, parameter).catch((error: Error) => {
    throw notRead(parameter, region, error);
  });
  const image = IMAGE_ID.test(id)
    ? await images.image(region, id).catch((error: Error) => {
        throw notRead(id, region, error);
      })
    : null;
  if (image === null || image.architecture !== instance.architecture || image.state !== 'available') {
    throw new UserError({
      what: `what ${parameter} names is no image for the nodes; nothing was changed`,
      got: image === null ? `'${id}'` : `${id}: ${image.architecture}, ${image.state}`,
      expected: `an available image for ${instance.architecture} in ${region}`,
      fix: 'try again later, or give an image of your own: instance.ami in config/cluster.ts',
    });
  }
  const lockFile = lockFileOf(clusterFile);
  const changed = lockImage(lockFile, cluster, id);
  const what = `${id} (${image.name}) for ${instance.architecture} in ${region}`;
  if (instance.ami !== undefined) {
    return `${shown(lockFile)} has ${what}, which counts once instance.ami is taken out of ${shown(clusterFile)}`;
  }
  return changed
    ? `${shown(lockFile)} has ${what} now: commit it. \`npx cdk diff\` shows it, and a deploy replaces the machines one after the other`
    : `${shown(lockFile)} has it already: ${what}`;
}

const notRead = (what: string, region: string, error: Error): UserError =>
  new UserError({
    what: `${what} cannot be read in ${region}; nothing was changed`,
    got: error.message,
    expected: 'credentials of any AWS account that allow ssm:GetParameter and ec2:DescribeImages',
    fix: 'set AWS_PROFILE; or give an image by hand: instance.ami in config/cluster.ts',
  });

/** AWS itself. */
export function awsImages(abortSignal: AbortSignal): Images {
  return {
    async parameter(region, Name) {
      const { Parameter } = await new SSMClient({ region }).send(new GetParameterCommand({ Name }), { abortSignal });
      return Parameter?.Value ?? '';
    },
    async image(region, id) {
      const Filters = [{ Name: 'image-id', Values: [id] }];
      const { Images: found } = await new EC2Client({ region }).send(new DescribeImagesCommand({ Filters }), {
        abortSignal,
      });
      const [image] = found ?? [];
      if (image === undefined) return null;
      return { name: image.Name ?? '', architecture: image.Architecture ?? '', state: image.State ?? '' };
    },
  };
}
