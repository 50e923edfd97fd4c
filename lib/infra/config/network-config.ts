/** A new VPC: one private subnet per zone and a gateway endpoint for S3. */
export interface NewNetwork {
  readonly kind: 'new';
  /** IPv4 range of the VPC, /16 to /24. */
  readonly cidr: string;
  /**
   * How nodes reach what is not S3 (volumes are attached by EC2's API; Session Manager).
   * `nat`: a NAT gateway per zone, also for downloads and for receivers of notifications on the internet.
   * `endpoints`: interface endpoints only, no internet; needs `artifactMirror`.
   * Failover needs neither.
   */
  readonly egress: 'nat' | 'endpoints';
}

/** A VPC that exists already. It must have what `egress` of a new one would give. */
export interface ImportedNetwork {
  readonly kind: 'imported';
  readonly vpcId: string;
  readonly cidr: string;
  /** One private subnet per zone, and its route table: the gateway endpoint for S3 is added to it. */
  readonly subnets: Readonly<Record<string, { readonly subnetId: string; readonly routeTableId: string }>>;
  /** false when the VPC has a gateway endpoint for S3 already. */
  readonly addS3Endpoint: boolean;
}
