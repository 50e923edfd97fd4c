import type { IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';

/** A VPC and what nodes and functions need in it, as constructs give it. */
export interface ClusterNetwork {
  readonly vpc: IVpc;
  /** Where nodes, functions and the load balancer live: one private subnet per zone. */
  readonly subnets: SubnetSelection;
}
