import { RegionInfo } from 'aws-cdk-lib/region-info';

/** aws, aws-us-gov, aws-cn, …: as the CDK writes it into the names of a stack whose region is known. */
export const partitionOf = (region: string): string => RegionInfo.get(region).partition ?? 'aws';
