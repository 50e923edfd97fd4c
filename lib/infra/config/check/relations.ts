import { policyProblems } from '../../../contract/policy-relations';
import { RECOVER_SHARE } from '../../../core/load/shed';
import { WATCHDOG_INTERVAL_MS } from '../../../core/alerts/watchdog';
import { rangesOverlap, parseCidr } from './cidr';
import type { Cluster, ClusterConfig } from '../cluster';
import { parseDuration } from '../../../contract/duration';
import { shardsOf } from '../layout';
import type { Contradiction } from './contradiction';
import { thanosProblems } from './thanos-relations';

const GIB = 2 ** 30;
/** A block is written twice while it is compacted, and the WAL of three hours comes on top. */
const DISK_HEADROOM = 1.25;
const WAL_HOURS = 3;

/** Relations between settings; each setting alone is well-formed by now. */
export function contradictions(c: Cluster & Pick<ClusterConfig, 'thanos'>): Contradiction[] {
  return [...nodes(c), ...machines(c), ...network(c), ...disk(c), ...times(c), ...load(c), ...thanosProblems(c)];
}

function nodes(cluster: Cluster): Contradiction[] {
  const { zones, placement = {} } = cluster;
  const found: Contradiction[] = [];
  const names = shardsOf(cluster).flatMap((shard) => shard.nodes.map(({ name }) => name));
  for (const [name, zone] of Object.entries(placement)) {
    if (!names.includes(name)) {
      found.push({
        path: ['placement', name],
        what: 'a node is placed that is not there',
        got: `'${name}'`,
        expected: `one of ${names.join(', ')}`,
        fix: 'correct the name or remove it',
      });
    }
    if (!zones.includes(zone)) {
      found.push({
        path: ['placement', name],
        what: 'the zone of a node is not one of the cluster',
        got: `'${zone}'`,
        expected: `one of zones: ${zones.join(', ')}`,
        fix: 'correct it, or add the zone to zones',
      });
    }
  }
  for (const { shard, nodes: members } of shardsOf(cluster)) {
    if (members.length < 2 || new Set(members.map(({ zone }) => zone)).size > 1) continue;
    found.push({
      path: zones.length > 1 ? ['placement'] : ['zones'],
      what: 'all nodes of a shard are in one zone and would be lost together',
      got: `shard ${shard}: '${members[0]!.zone}' ${members.length} times`,
      expected: 'at least 2 zones',
      fix: zones.length > 1 ? 'place a node elsewhere' : 'add a zone',
    });
  }
  return found;
}

function machines({ region, zones, instance }: Cluster): Contradiction[] {
  const found: Contradiction[] = [];
  zones.forEach((zone, i) => {
    if (zone.slice(0, -1) !== region || zones.indexOf(zone) < i) {
      found.push({
        path: ['zones', i],
        what: zones.indexOf(zone) < i ? 'a zone is listed twice' : 'a zone is not in the region',
        got: `'${zone}'`,
        expected: `a zone of ${region}, once`,
        fix: 'correct zones or region',
      });
    }
  });
  if (instance.ami[region] === undefined) {
    found.push({
      path: ['instance', 'ami'],
      what: 'no image is pinned for the region',
      got: Object.keys(instance.ami).join(', ') || 'none',
      expected: `an image id for ${region}`,
      fix: `add '${region}': 'ami-…'; the comment in config/cluster.ts says how to find one`,
    });
  }
  // Graviton families carry a g after their generation: r7g, m7gd, c8gn, t4g.
  const graviton = /^[a-z]+\d+g[a-z]*\./.test(instance.type) || instance.type.startsWith('a1.');
  if (graviton !== (instance.architecture === 'arm64')) {
    found.push({
      path: ['instance', 'type'],
      what: 'instance type and architecture do not match',
      got: `'${instance.type}' with '${instance.architecture}'`,
      expected: graviton ? "'arm64' for this type" : "'x86_64' for this type",
      fix: 'change one of them, and the image with it',
    });
  }
  return found;
}

function network({ network: net, zones, clients, artifactMirror }: Cluster): Contradiction[] {
  const found: Contradiction[] = [];
  const range = parseCidr(net.cidr)!;
  if (net.kind === 'new' && (range.prefix < 16 || range.prefix > 24)) {
    found.push({
      path: ['network', 'cidr'],
      what: 'the range of the VPC has an unusable size',
      got: net.cidr,
      expected: '/16 to /24',
      fix: 'choose another range',
    });
  }
  if (net.kind === 'new' && net.egress === 'endpoints' && artifactMirror === undefined) {
    found.push({
      path: ['network', 'egress'],
      what: 'nodes without internet could not download Prometheus',
      got: "egress 'endpoints' and no artifactMirror",
      expected: "a bucket with the releases, or egress 'nat'",
      fix: 'copy the release tarballs into a bucket and name it as artifactMirror',
    });
  }
  if (net.kind === 'imported') {
    for (const zone of zones.filter((z) => net.subnets[z] === undefined)) {
      found.push({
        path: ['network', 'subnets'],
        what: `no subnet is given for zone ${zone}`,
        got: Object.keys(net.subnets).join(', ') || 'none',
        expected: 'one subnet per zone',
        fix: `add '${zone}': { subnetId, routeTableId }`,
      });
    }
  }
  clients.forEach((text, i) => {
    const twin = clients.slice(0, i).find((other) => rangesOverlap(parseCidr(other)!, parseCidr(text)!));
    if (twin === undefined) return;
    found.push({
      path: ['clients', i],
      what: 'two ranges of clients overlap',
      got: `${text} and ${twin}`,
      expected: 'ranges that do not overlap',
      fix: 'keep the wider one',
    });
  });
  return found;
}

function disk(c: Cluster): Contradiction[] {
  const perSecond = c.ingest.series / (parseDuration(c.scrapeInterval)! / 1000);
  const blocks = perSecond * (parseDuration(c.retention)! / 1000) * c.ingest.bytesPerSample;
  // A WAL record takes about 8 bytes per sample before it is compressed.
  const wal = perSecond * WAL_HOURS * 3600 * 8;
  const needed = Math.ceil((blocks * DISK_HEADROOM + wal) / GIB);
  if (needed <= c.volume.sizeGiB) return [];
  return [
    {
      path: ['volume', 'sizeGiB'],
      what: 'the volume is too small for the retention',
      got: `${c.volume.sizeGiB} GiB for ${c.retention} of ${c.ingest.series} series every ${c.scrapeInterval}`,
      expected: `at least ${needed} GiB (${c.ingest.bytesPerSample} bytes a sample, 25 % headroom, WAL of ${WAL_HOURS} h)`,
      fix: 'enlarge the volume or shorten the retention',
    },
  ];
}

function load({ load: { limits, sustainedForMs, recoverAfterMs }, ingest, scrapeInterval }: Cluster): Contradiction[] {
  const found: Contradiction[] = [];
  const expected = ingest.series / (parseDuration(scrapeInterval)! / 1000);
  if (limits.samplesPerSecond * RECOVER_SHARE <= expected) {
    found.push({
      path: ['load', 'limits', 'samplesPerSecond'],
      what: 'the load that is expected would be shed for ever',
      got: `${limits.samplesPerSecond} with ${ingest.series} series every ${scrapeInterval}`,
      expected: `more than ${Math.ceil(expected / RECOVER_SHARE)}: the way back needs ${100 * (1 - RECOVER_SHARE)} % below the limit`,
      fix: 'raise it, or correct ingest.series',
    });
  }
  if (recoverAfterMs <= sustainedForMs) {
    found.push({
      path: ['load', 'recoverAfter'],
      what: 'the way back would be as quick as the way down, and the load would swing',
      got: `${recoverAfterMs / 1000} s, and sustainedFor ${sustainedForMs / 1000} s`,
      expected: 'recoverAfter longer than sustainedFor',
      fix: 'raise load.recoverAfter',
    });
  }
  return found;
}

function times(c: Cluster): Contradiction[] {
  const found: Contradiction[] = policyProblems(c.policy).map(({ path, ...problem }) => ({
    path: ['policy', ...path],
    ...problem,
    fix: 'change one of the two in policy; what is not written there is in DEFAULT_POLICY (lib/contract/documents/policy.ts)',
  }));
  if (parseDuration(c.evaluationInterval)! < parseDuration(c.scrapeInterval)!) {
    found.push({
      path: ['evaluationInterval'],
      what: 'rules are evaluated more often than there are new samples',
      got: c.evaluationInterval,
      expected: `at least scrapeInterval (${c.scrapeInterval})`,
      fix: 'raise evaluationInterval',
    });
  }
  const { policy: p } = c;
  const noticed = Math.max(p.probe.fall * p.probe.intervalMs, p.heartbeatStaleMs, p.storeOutageGraceMs);
  const worst = noticed + p.probe.fall * p.probe.intervalMs + p.verifyTimeoutMs + p.storeTimeoutMs + p.pollMs;
  // An alert ends 4 × resendDelay after it was last sent, and that was up to one resendDelay before the failure.
  const lives = 3 * parseDuration(c.resendDelay)!;
  if (lives <= worst) {
    found.push({
      path: ['resendDelay'],
      what: 'firing alerts would be resolved falsely during the slowest failover',
      got: `${c.resendDelay}: an alert may run out ${lives / 1000} s after the failure`,
      expected: `more than ${Math.ceil(worst / 3000)} s: the slowest failover takes ${worst / 1000} s by the policy`,
      fix: 'raise resendDelay, or lower heartbeatStaleMs or storeOutageGraceMs',
    });
  }
  // Alertmanager has the watchdog as of the last resend, and tells it at the next turn of its group.
  const proofAge = parseDuration(c.resendDelay)! + WATCHDOG_INTERVAL_MS + worst;
  if (p.alertingSilentMs <= proofAge) {
    found.push({
      path: ['policy', 'alertingSilentMs'],
      what: 'the slowest failover would look as if alerting were silent',
      got: `${p.alertingSilentMs} ms`,
      expected: `more than ${proofAge} ms: resendDelay, the ${WATCHDOG_INTERVAL_MS / 1000} s between two proofs, and the slowest failover`,
      fix: 'raise policy.alertingSilentMs, or lower resendDelay',
    });
  }
  if (p.maxScrapeLagMs <= parseDuration(c.scrapeInterval)! * 2) {
    found.push({
      path: ['scrapeInterval'],
      what: 'a node that scrapes as it should would look as if it did not',
      got: `scrapeInterval ${c.scrapeInterval} and policy.maxScrapeLagMs ${p.maxScrapeLagMs}`,
      expected: 'maxScrapeLagMs of more than 2 scrape intervals',
      fix: 'raise policy.maxScrapeLagMs',
    });
  }
  return found;
}
