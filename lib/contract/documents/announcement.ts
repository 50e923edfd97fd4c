import type * as z from 'zod/mini';
import { documentFormat, type ReadOnly } from '../document';
import { hostAddress, mapOf, name, nullable, fields, optional, text, time, version1 } from '../shape';
import { shardReport } from './shard-report';

const announcement = fields({
  version: version1,
  node: name,
  instanceId: text,
  /** IPv4 address at which functions and peers reach the node. */
  address: hostAddress,
  zone: text,
  volumeId: nullable(text),
  /** ISO 8601, UTC. */
  at: time,
  agentStartedAt: time,
  versions: fields({ agent: text, prometheus: text, alertmanager: text }),
  /** What it scrapes. Absent from agents of an earlier deploy, and before the node has a configuration. */
  report: optional(shardReport),
  /** Of each shard: when the youngest dead man's switch that came back here was evaluated, ISO 8601. */
  watchdogs: optional(mapOf(text, time)),
  /** Its certificate: the last moment, ISO 8601, and the public key of who signed it. null: it has none. Absent from agents that ask for none. */
  trust: optional(fields({ until: nullable(time), authority: nullable(text) })),
});

/** A node says where it is (KEYS.announcement); written at a change, and every policy.announceMs. */
export type NodeAnnouncement = ReadOnly<z.output<typeof announcement>>;

export const ANNOUNCEMENT = documentFormat({
  what: 'announcement of a node',
  shape: announcement,
  maxBytes: 64 * 1024,
  fix: "remove the object: the node's agent writes it anew within half a minute",
});

const heartbeat = fields({
  version: version1,
  /** ISO 8601, UTC. */
  at: time,
  invocation: text,
});

/** The control plane says that it is probing (KEYS.heartbeat); written by every health-check cycle. */
export type ControlHeartbeat = ReadOnly<z.output<typeof heartbeat>>;

export const HEARTBEAT = documentFormat({
  what: "control plane's heartbeat",
  shape: heartbeat,
  maxBytes: 4 * 1024,
  fix: 'remove the object: health-check writes it anew within seconds',
});
