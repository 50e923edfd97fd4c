import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DEFAULT_POLICY } from '../../../lib/contract/documents/policy';
import { PROFILE_ALERT } from '../../../lib/core/rendering/profile-alert';
import type { OverlayFile } from '../../../lib/infra/config/overlay/overlay';
import { DEMO_LABEL } from '../../../lib/infra/config/reserved';
import { DEMO_ALERTS, DEMO_JOBS, DEMO_RECEIVER, DEMO_REMEDY } from '../../demo/demo';
import { WORKLOAD_HOSTS, WORKLOAD_PORTS } from '../workload';
import { samplesLimit, scrapeLimit, type Scraped } from './load-limit';

/** What the user asked for on the command line; without it nothing is sent to, or scraped from, what is elsewhere. */
export interface Reach {
  /** `--real-receivers` */
  readonly receivers: boolean;
  /** `--real-targets` */
  readonly targets: boolean;
}

export const CONTAINED: Reach = { receivers: false, targets: false };

export interface LocalSituation {
  /** Where the demonstration is. */
  readonly hostAddress: string;
  /** Whether data are on volumes of their own. */
  readonly volumes: boolean;
  readonly thanos: boolean;
  readonly reach: Reach;
  readonly scraped: Scraped;
}

/** Range of the network that is played; whose the user's own one is here, nobody can know. */
export const CIDR = '10.77.0.0/20';
/** What one machine bears: beyond it the first ones are played. */
const MOST = { replicas: 3, shards: 2 };

/** Where the local pager takes notifications. */
export const pagerUrl = (hostAddress: string): string => `http://${hostAddress}:${WORKLOAD_PORTS.pager}/notifications`;

/** What the local run lays over config/: addresses, short periods, limits of this machine, and the demonstration. */
export function localOverlay({ hostAddress, volumes, thanos, reach, scraped }: LocalSituation): OverlayFile {
  const pager = pagerUrl(hostAddress);
  return {
    cluster: { ...LOCAL_SETTINGS, ...limits(scraped), snapshots: volumes, policy: localPolicy(volumes) },
    most: MOST,
    ...(thanos ? {} : { withoutThanos: true }),
    contained: {
      receivers: reach.receivers ? null : pager,
      targets: !reach.targets,
      hosts: Object.fromEntries(WORKLOAD_HOSTS.map((name) => [name, hostAddress])),
    },
    rules: demoRules(),
    targets: {
      [DEMO_JOBS.engine]: fileSd(hostAddress, WORKLOAD_PORTS.demoEngine),
      [DEMO_JOBS.duckdb]: fileSd(hostAddress, WORKLOAD_PORTS.demoDuckdb),
      [DEMO_JOBS.redis]: fileSd(hostAddress, WORKLOAD_PORTS.redisExporter),
    },
    remedies: [
      {
        name: DEMO_REMEDY,
        when: { alert: DEMO_ALERTS.redisDown },
        connect: { kind: 'redis', host: hostAddress, port: WORKLOAD_PORTS.redis },
      },
    ],
    routes: [`${DEMO_LABEL}!=""`, `alertname="${PROFILE_ALERT}"`].map((matcher) => ({
      matcher,
      receiver: DEMO_RECEIVER,
      url: pager,
    })),
  };
}

const fileSd = (host: string, port: number): string => `- targets: ['${host}:${port}']\n`;

function demoRules(): Record<string, string> {
  const dir = join(__dirname, '../../demo/rules');
  return Object.fromEntries(readdirSync(dir).map((name) => [name, readFileSync(join(dir, name), 'utf8')]));
}

export const LOCAL_THANOS = {
  blockDuration: '2h',
  retention: { raw: '30d', fiveMinutes: '365d', oneHour: null },
  query: { tasks: 2, maxTasks: 6 },
  compactor: { diskGiB: 100 },
} as const;

/** What drills are timed by, and what this machine bears; the rest of config/cluster.ts is played as it is. */
const LOCAL_SETTINGS = {
  // The emulator has one account, no VPC to import, no hosted zone of the user's and no mirror.
  account: null,
  artifactMirror: null,
  queryName: null,
  network: { kind: 'new', cidr: CIDR, egress: 'nat' },
  scrapeInterval: '1s',
  evaluationInterval: '1s',
  resendDelay: '15s',
  ingest: { series: 5_000 },
  thanos: LOCAL_THANOS,
} as const;

type Intervals = Readonly<Record<(typeof INTERVALS)[number], string>>;
const INTERVALS = ['scrapeInterval', 'evaluationInterval', 'resendDelay'] as const;

/** Intervals that are others here than the user's, in words. */
export function otherIntervals(own: Intervals, played: Intervals): string[] {
  return INTERVALS.filter((name) => own[name] !== played[name]).map(
    (name) => `${name} ${played[name]} instead of ${own[name]}`,
  );
}

/** What this machine bears of what is scraped. */
function limits({ replicas, targets }: Scraped): object {
  const samplesPerSecond = samplesLimit({ replicas: Math.min(replicas, MOST.replicas), targets });
  return {
    load: {
      limits: { memoryMiB: 10_240, samplesPerSecond, walMiBPerMinute: 60, scrapeTime: 0.5, evaluationTime: 0.8 },
      sustainedFor: '10s',
      recoverAfter: '30s',
      droppable: 'trade_engine_depth_.*',
    },
    scrapeLimits: { samples: scrapeLimit(samplesPerSecond), labels: 100, labelValueLength: 8_192, body: '50MB' },
  };
}

/** Drills can wait neither for the scrub nor for a minute of silence, nor this machine keep two weeks of snapshots. */
function localPolicy(volumes: boolean): object {
  const { scrub, sharding, volume, snapshots } = DEFAULT_POLICY;
  return {
    ...DEFAULT_POLICY,
    scrub: { ...scrub, periodMs: 10_000 },
    sharding: { ...sharding, overlapMs: 45_000 },
    canary: { wellMs: 10_000 },
    ...(volumes && {
      volume: { ...volume, lookMs: 2_000, stalledMs: 10_000 },
      snapshots: { ...snapshots, allMs: 3_600_000, hourlyMs: 7_200_000, dailyMs: 7_200_000 },
    }),
  };
}
