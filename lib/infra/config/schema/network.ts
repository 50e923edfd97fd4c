import { z } from 'zod';
import type { ReadOnly } from '../../../contract/document';
import { zone, cidr } from './values';

/** A new VPC: one private subnet per zone and a gateway endpoint for S3. */
const newNetwork = z.strictObject({
  kind: z.literal('new'),
  /** IPv4 range of the VPC, /16 to /24. */
  cidr,
  /**
   * How nodes reach what is not S3 (volumes are attached by EC2's API; Session Manager).
   * `nat`: a NAT gateway per zone, also for downloads and for receivers of notifications on the internet.
   * `endpoints`: interface endpoints only, no internet; needs `artifactMirror`.
   * Failover needs neither.
   */
  egress: z.enum(['nat', 'endpoints'], { error: "'nat' or 'endpoints'" }),
});
export type NewNetwork = ReadOnly<z.output<typeof newNetwork>>;

/** A VPC that exists already. It must have what `egress` of a new one would give. */
const importedNetwork = z.strictObject({
  kind: z.literal('imported'),
  vpcId: z.string({ error: 'a VPC id' }).regex(/^vpc-[0-9a-f]{8,17}$/, 'a VPC id such as vpc-0123456789abcdef0'),
  cidr,
  /** One private subnet per zone, and its route table: the gateway endpoint for S3 is added to it. */
  subnets: z.record(
    zone,
    z.strictObject({
      subnetId: z.string({ error: 'a subnet id' }).regex(/^subnet-[0-9a-f]{8,17}$/, 'a subnet id'),
      routeTableId: z.string({ error: 'a route table id' }).regex(/^rtb-[0-9a-f]{8,17}$/, 'a route table id'),
    }),
  ),
  /** false when the VPC has a gateway endpoint for S3 already. */
  addS3Endpoint: z.boolean({ error: 'true or false' }),
});
export type ImportedNetwork = ReadOnly<z.output<typeof importedNetwork>>;

export const networkSchema = z.discriminatedUnion('kind', [newNetwork, importedNetwork], {
  error: "{ kind: 'new', … } or { kind: 'imported', … }",
});
