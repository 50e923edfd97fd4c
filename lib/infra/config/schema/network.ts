import { z } from 'zod';
import { zone, cidr } from './values';

export const network = z.discriminatedUnion(
  'kind',
  [
    z.strictObject({
      kind: z.literal('new'),
      cidr,
      egress: z.enum(['nat', 'endpoints'], { error: "'nat' or 'endpoints'" }),
    }),
    z.strictObject({
      kind: z.literal('imported'),
      vpcId: z.string({ error: 'a VPC id' }).regex(/^vpc-[0-9a-f]{8,17}$/, 'a VPC id such as vpc-0123456789abcdef0'),
      cidr,
      subnets: z.record(
        zone,
        z.strictObject({
          subnetId: z.string({ error: 'a subnet id' }).regex(/^subnet-[0-9a-f]{8,17}$/, 'a subnet id'),
          routeTableId: z.string({ error: 'a route table id' }).regex(/^rtb-[0-9a-f]{8,17}$/, 'a route table id'),
        }),
      ),
      addS3Endpoint: z.boolean({ error: 'true or false' }),
    }),
  ],
  { error: "{ kind: 'new', … } or { kind: 'imported', … }" },
);
