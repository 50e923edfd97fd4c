import { DescribeImagesCommand, DescribeInstanceTypeOfferingsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import type { AwsAnswer } from '../../core/preflight/findings';
import type { ImageSeen, TypesOffered } from '../../core/preflight/image';
import type { Cluster } from '../../infra/config/cluster';
import { askAws, told } from './ask';

/** What the nodes would boot. */
export async function lookAtImage({ region, image }: Pick<Cluster, 'region' | 'image'>): Promise<AwsAnswer<ImageSeen>> {
  return askAws(async (abortSignal) => {
    const parameter = image.id === null ? image.parameter : null;
    const id = image.id ?? (await named(region, image.parameter, abortSignal));
    // By a filter: an id that is not there is no error then.
    const Filters = [{ Name: 'image-id', Values: [id] }];
    const { Images } = await new EC2Client({ region }).send(new DescribeImagesCommand({ Filters }), { abortSignal });
    const [found] = Images ?? [];
    return {
      id,
      parameter,
      found:
        found === undefined
          ? null
          : {
              architecture: found.Architecture ?? 'an unknown architecture',
              state: found.State ?? 'in an unknown state',
              rootDevice: found.RootDeviceName ?? 'an unknown device',
            },
    };
  });
}

async function named(region: string, Name: string, abortSignal: AbortSignal): Promise<string> {
  const { Parameter } = await new SSMClient({ region }).send(new GetParameterCommand({ Name }), { abortSignal });
  return told(Parameter?.Value, 'Parameter.Value');
}

/** The zones of the region in which each type is offered. */
export async function lookAtOffer(region: string, types: readonly string[]): Promise<AwsAnswer<TypesOffered>> {
  return askAws(async (abortSignal) => {
    const { InstanceTypeOfferings } = await new EC2Client({ region }).send(
      new DescribeInstanceTypeOfferingsCommand({
        LocationType: 'availability-zone',
        Filters: [{ Name: 'instance-type', Values: [...types] }],
      }),
      { abortSignal },
    );
    const zonesOf = (type: string): string[] =>
      (InstanceTypeOfferings ?? [])
        .flatMap(({ InstanceType, Location }) => (InstanceType === type && Location !== undefined ? [Location] : []))
        .sort();
    return Object.fromEntries(types.map((type) => [type, zonesOf(type)]));
  });
}
