import { documentFormat } from '../../contract/document';
import type { KnownAlert } from '../../core/alerts/carried';
import { listOf, mapOf, nullable, fields, orElse, text } from '../../contract/shape';
import { fingerprint } from '../../core/alerts/gate';
import { httpGet } from '../async/http-get';
import { parseInTurns } from '../async/in-turns';

const fix = 'look at what listens there: another program may have the port';

const STATUS = documentFormat({
  what: "Alertmanager's status",
  shape: fields({
    cluster: fields({
      status: text,
      name: orElse(text, ''),
      peers: orElse(nullable(listOf(fields({ name: orElse(text, '') }))), null),
    }),
  }),
  maxBytes: 4 * 1024 * 1024,
  fix,
});

/** GET /api/v2/alerts. */
export const TAKEN_ALERTS = documentFormat({
  what: "Alertmanager's list of alerts",
  shape: listOf(
    fields({
      labels: mapOf(text, text),
      annotations: orElse(mapOf(text, text), {}),
      startsAt: text,
      endsAt: text,
      updatedAt: text,
      generatorURL: orElse(text, ''),
    }),
  ),
  maxBytes: 64 * 1024 * 1024,
  fix,
});

/** How an Alertmanager sees its cluster. */
export interface AlertmanagerCluster {
  readonly status: string;
  readonly members: number;
  /** From 0: it waits one peer-timeout for each one before it. They are in the order of their names. */
  readonly place: number;
}

/** It answers, but not like an Alertmanager: a post will tell. */
export const UNKNOWN_CLUSTER: AlertmanagerCluster = { status: 'unknown', members: 0, place: 0 };

/** @throws UserError when the text is no status of an Alertmanager */
export function clusterOf(status: string, where: string): AlertmanagerCluster {
  const { cluster } = STATUS.parse(status, where);
  const peers = cluster.peers ?? [];
  return {
    status: cluster.status,
    members: peers.length,
    place: peers.filter((peer) => peer.name < cluster.name).length,
  };
}

/** All that it takes for firing, silenced and inhibited ones included. @throws when it does not answer with them in time */
export async function activeAlerts(url: string, timeoutMs: number): Promise<KnownAlert[]> {
  const answer = await httpGet(
    `${url}/api/v2/alerts?active=true`,
    AbortSignal.timeout(timeoutMs),
    TAKEN_ALERTS.maxBytes,
  );
  const known: KnownAlert[] = [];
  await parseInTurns(TAKEN_ALERTS, answer, url, (part) => {
    for (const { labels, annotations, startsAt, endsAt, updatedAt, generatorURL } of part)
      known.push({
        key: fingerprint(labels),
        labels,
        endsAt: Date.parse(endsAt),
        updatedAt: Date.parse(updatedAt),
        alert: { labels, annotations, startsAt, endsAt, generatorURL },
      });
  });
  return known;
}
