import type * as z from 'zod/mini';
import { literal } from 'zod/mini';
import { documentFormat, type ReadOnly } from '../document';
import { listOf, mapOf, name, nullable, fields, optional, sha256, text, version1, whole } from '../shape';
import { policyShape } from './policy';

const artifact = fields({
  version: text,
  /** Release tarballs by architecture (amd64, arm64). */
  urls: mapOf(text, text),
  sha256: mapOf(text, sha256),
});

/** A program that a node runs: official release, verified by its SHA-256. */
export type Artifact = ReadOnly<z.output<typeof artifact>>;

const image = fields({
  /** Registry and name, e.g. quay.io/thanos/thanos. */
  repository: text,
  /** For people; the digest decides. */
  version: text,
  /** sha256:… of the multi-architecture index. */
  digest: text,
});

/** A container image by its digest, so that nodes and ECS run the same bits. */
export type ThanosImage = ReadOnly<z.output<typeof image>>;

const thanos = fields({
  image,
  /** Bucket for blocks. */
  bucket: text,
  /** Cloud Map service in which the node registers its address. */
  discoveryServiceId: text,
  /** How much time a block holds before it is uploaded, e.g. 2h. */
  blockDuration: text,
});

/** What a node needs to upload blocks and to be found by Thanos query. */
export type NodeThanos = ReadOnly<z.output<typeof thanos>>;

const config = fields({
  version: version1,
  cluster: name,
  shard: whole,
  node: name,
  region: name,
  controlBucket: name,
  policy: policyShape,
  prometheus: fields({
    artifact,
    retentionTime: text,
    walSegmentSize: text,
    /** Firing alerts are sent again this often, e.g. 15s; also bounds how long a hand-over may take (EndsAt = 4 ×). */
    resendDelay: text,
    /** Beside those that every node has. Absent: none. */
    flags: optional(listOf(text)),
  }),
  alertmanager: fields({ artifact, peerTimeout: text }),
  /** null: no sidecar, and Prometheus compacts its blocks itself. */
  thanos: nullable(thanos),
  /** S3 bucket with mirrored artifacts (same file names), tried before the URLs; null for none. */
  artifactMirror: nullable(text),
  /** Its agent looks after its data volume: tries snapshots, and takes another volume where its own is lost. Absent: no. */
  snapshots: optional(literal(true, 'true')),
});

/** What a node is given at boot (user data, written to /etc/prometheus-ha/node.json). Data only: the logic is the agent's. */
export type NodeConfig = ReadOnly<z.output<typeof config>>;

export const NODE_CONFIG = documentFormat({
  what: "node's configuration",
  shape: config,
  maxBytes: 64 * 1024,
  fix: 'deploy again: user data writes this file',
});
