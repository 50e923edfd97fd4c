import type * as z from 'zod/mini';
import { int, gte, lte } from 'zod/mini';
import { documentFormat, type ReadOnly } from '../document';
import { PROFILES } from '../profile';
import { flag, listOf, nullable, number, oneOf, fields, optional, text, time, version1 } from '../shape';
import { HIGHEST_EPOCH, knownPause } from './assignment';
import { shardReport } from './shard-report';
import { sidecar, nodeQuery, scrub, backfill, restore, secrets, trust, volume } from './agent/part-status';

/** 0: none yet. Whoever claims an impossible one claims nothing else that is worth reading. */
const appliedEpoch = int('an epoch').check(gte(0, 'an epoch'), lte(HIGHEST_EPOCH, 'an epoch that exists'));

const status = fields({
  version: version1,
  cluster: text,
  shard: number,
  node: text,
  instanceId: text,
  address: text,
  zone: text,
  /** ISO 8601, UTC, this node's clock. */
  now: time,
  startedAt: time,
  role: oneOf('active', 'standby', 'unassigned'),
  appliedEpoch,
  /** The pause of that epoch; null: none. Absent in what agents of an earlier deploy say. */
  pause: optional(nullable(knownPause)),
  /** The sentence of the last round. */
  because: text,
  gate: fields({
    open: flag,
    primed: flag,
    held: number,
    /** Alerts that some Alertmanager accepted since the agent started. */
    sent: number,
    /** ISO 8601 times of the last opening and of the first post accepted by an Alertmanager after it. */
    openedAt: nullable(time),
    firstAcceptedAt: nullable(time),
    /** Alerts that it sends though it is closed, as no Alertmanager had them. Absent from agents that send none. */
    unsent: optional(number),
    /** Alerts that an Alertmanager refused for what is in them, since the agent started. Absent from agents that don't count them. */
    refused: optional(number),
    /** Alerts that fire and are told to nobody, as the assignment says. Absent from agents that know no such assignment. */
    withheld: optional(number),
    alertmanagers: listOf(
      fields({
        address: text,
        behind: number,
        error: nullable(text),
      }),
    ),
  }),
  prometheus: fields({
    pid: nullable(number),
    startedAt: nullable(time),
    restarts: number,
    lastExit: nullable(text),
    version: text,
  }),
  alertmanager: fields({ pid: nullable(number), restarts: number, version: text }),
  /** null: this node has none. Absent in what agents of an earlier deploy say. */
  sidecar: optional(nullable(sidecar)),
  /** null: this node has none. Absent in what agents of an earlier deploy say. */
  nodeQuery: optional(nullable(nodeQuery)),
  config: fields({
    hash: nullable(text),
    loadedAt: nullable(time),
    error: nullable(text),
    /** It has been well with it for as long as it has to be. Absent from agents that try none. */
    well: optional(flag),
    /** The deployed bundle, which this node went back from or never loaded; null: it does not refuse it. Absent likewise. */
    refused: optional(nullable(fields({ hash: text, because: text }))),
    /** What it does about a new one, a sentence that follows the node's name; null: nothing. Absent likewise. */
    doing: optional(nullable(text)),
  }),
  /** The scrape profile in force. Absent in what agents of an earlier deploy say. */
  scrapeProfile: optional(oneOf(...PROFILES)),
  /** Jobs whose targets it has not discovered since its Prometheus started, and others have. Absent in what agents of an earlier deploy say. */
  undiscovered: optional(listOf(text)),
  /** What of the user's targets it scrapes. Absent in what agents of an earlier deploy say. */
  sharding: optional(shardReport),
  /** Whom it watches, and how long that one has been silent to it, ms. null: nobody. Absent from agents that watch nobody. */
  watch: optional(nullable(fields({ node: text, silentMs: number }))),
  store: fields({ reachable: flag, lastReadAt: nullable(time) }),
  /** The dead man's switch that last came back to this node, ISO 8601. Absent from agents that know none. */
  watchdog: optional(fields({ receivedAt: nullable(time), evaluatedAt: nullable(time) })),
  /** The rule group that was latest, over a window. null: they are on time. Absent from agents that don't look. */
  rulesLate: optional(nullable(fields({ group: text, byMs: number }))),
  /** What its Prometheus and Alertmanager did not deliver lately, one sentence each. Absent from agents that don't look. */
  undelivered: optional(listOf(text)),
  /** What its Alertmanager was given of another one's log; null: nothing. Absent from agents that give none. */
  moved: optional(nullable(fields({ readAt: time, entries: number, missing: number }))),
  /** What the scrub of the TSDB saw. Absent from agents that have none. */
  scrub: optional(scrub),
  /** What was fetched of what this node missed. Absent from agents that fetch nothing. */
  backfill: optional(backfill),
  /** null: there is no bucket for blocks. */
  restore: optional(nullable(restore)),
  /** Absent from agents that look at no volume. */
  volume: optional(volume),
  /** Absent: the configuration declares none, or the agent knows none. */
  secrets: optional(secrets),
  /** Absent from agents that ask for no certificate. */
  trust: optional(trust),
  breakGlass: nullable(fields({ since: time, because: text })),
});

/** GET http://node:PORTS.agent/v1/status: what an agent says of itself. Read by probes, the CLI and drills. */
export type AgentStatus = ReadOnly<z.output<typeof status>>;

export const AGENT_STATUS = documentFormat({
  what: 'status of an agent',
  shape: status,
  maxBytes: 4 * 1024 * 1024,
  fix: "look at the node's agent: another program may listen on its port",
});

/** In the query of that URL: the epoch of the assignment that the asker knows, so that who missed it learns of it. */
export const KNOWN_EPOCH = 'epoch';

/** What the load balancer asks on PORTS.agent: 200 when the node's own Thanos query answers and finds a sidecar, else 503. */
export const ANSWERS_CLIENTS_PATH = '/-/answers-clients';
