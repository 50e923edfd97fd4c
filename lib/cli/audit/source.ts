import { parse } from 'yaml';
import { documentFormat } from '../../contract/document';
import { anything, fields, listOf, mapOf, optional, orElse, text } from '../../contract/shape';
import { Prometheus } from '../../shell/prometheus/client';
import { reasonOf } from '../../shell/probes/prober';
import type { UpSample } from '../../core/audit/track';
import { parseDuration } from '../../contract/duration';
import { fingerprint } from '../../core/alerts/gate';
import { EXTERNAL_LABELS } from '../../contract/labels';
import { HttpError } from '../../shell/async/http-get';

/** A person waits, and a chunk of many targets takes its time. */
const TIMEOUT_MS = 30_000;
/** A chunk of many targets is long. */
const MAX_BYTES = 512 * 2 ** 20;

/** How far back a sample is looked for to know that a cluster is older than the range. */
const OLDER = '1h';

/** The samples of one target in one chunk. */
export interface Chunk {
  readonly key: string;
  readonly job: string;
  readonly instance: string;
  readonly samples: readonly UpSample[];
}

/** How often a target is scraped, and how long a node may take to find it; ms. */
export interface Rhythm {
  readonly intervalMs: number;
  readonly foundWithinMs: number;
}

type Labels = Readonly<Record<string, string>>;

/** One Prometheus API that is audited: a replica's own, or Thanos's. Every method rejects when it does not answer. */
export class AuditSource {
  /** What it said beside its answers, such as that one of its stores did not answer. */
  readonly warnings = new Set<string>();

  constructor(
    readonly name: string,
    private readonly url: string,
    /** What selects this cluster's targets where more than one is behind the API. */
    private readonly only: Labels = {},
    /** Further parameters of each query. */
    private readonly parameters: Readonly<Record<string, string>> = {},
  ) {}

  /** How far its clock is ahead of ours, ms; exact to half the time that asking takes. */
  async clockOffsetMs(): Promise<number> {
    const before = Date.now();
    const seconds = await this.asked((prometheus) => prometheus.scalar('time()'));
    return Math.round(seconds * 1000 - (before + Date.now()) / 2);
  }

  /** The rhythm of the targets that it has now, by target and by job. */
  async rhythms(): Promise<Map<string, Rhythm>> {
    const [targets, yaml] = await this.asked((prometheus) => Promise.all([prometheus.targets(), prometheus.config()]));
    const refreshMs = refreshes(yaml, this.url);
    return new Map(
      targets.flatMap(({ labels, scrapeInterval, scrapePool = '' }) => {
        const intervalMs = parseDuration(scrapeInterval ?? '');
        if (intervalMs === null || intervalMs === 0) return [];
        const rhythm = { intervalMs, foundWithinMs: intervalMs + (refreshMs.get(scrapePool) ?? 0) };
        return [[keyOf(labels), rhythm] as const, [jobKey(labels.job ?? '?'), rhythm] as const];
      }),
    );
  }

  /** How long it keeps samples, ms; null where only their size limits them. */
  async retentionMs(): Promise<number | null> {
    const { storageRetention } = await this.asked((prometheus) => prometheus.runtime());
    // Such as 15d, 15d or 100GiB, 100GiB.
    return parseDuration((storageRetention ?? '').split(' ')[0]!);
  }

  /** Whether there is a sample in the hour before that moment. */
  async hasBefore(at: number): Promise<boolean> {
    const query = `count(last_over_time(${this.selector()}[${OLDER}]))`;
    return (await this.asked((prometheus) => prometheus.vector(query, at))).length > 0;
  }

  /** Raw samples in (from, to], ms of its own clock. */
  async chunk(from: number, to: number): Promise<Chunk[]> {
    const series = await this.asked((prometheus) => prometheus.samples(`${this.selector()}[${to - from}ms]`, to));
    return series.map(({ labels, points }) => ({
      key: keyOf(labels),
      job: labels.job ?? '?',
      instance: labels.instance ?? '?',
      samples: points.map(({ at, value }) => ({ at, up: value !== 0 })),
    }));
  }

  private selector(): string {
    const matchers = Object.entries(this.only).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
    return `up{${matchers.join(',')}}`;
  }

  private async asked<T>(question: (prometheus: Prometheus) => Promise<T>): Promise<T> {
    const { parameters } = this;
    const onWarning = (warning: string): void => void this.warnings.add(warning);
    try {
      return await question(
        new Prometheus(this.url, { timeoutMs: TIMEOUT_MS, maxBytes: MAX_BYTES, parameters, onWarning }),
      );
    } catch (error) {
      const said = error instanceof HttpError ? ` ${error.said}` : '';
      throw new Error(`${this.name} (${this.url}): ${reasonOf(error)}${said}`, { cause: error });
    }
  }
}

const CONFIG = documentFormat({
  what: 'configuration of Prometheus',
  shape: fields({ scrape_configs: orElse(listOf(mapOf(text, anything)), []) }),
  maxBytes: MAX_BYTES,
  fix: 'look at what listens there: another program may have the port',
});
const DISCOVERIES = listOf(fields({ refresh_interval: optional(text) }));

/** The slowest refresh of each job's discoveries, ms, by the name of the job. Static targets are there at once. */
function refreshes(yaml: string, url: string): Map<string, number> {
  const { scrape_configs: jobs } = CONFIG.check(parse(yaml, { maxAliasCount: -1 }), url);
  return new Map(
    jobs.map((job) => {
      const found = Object.entries(job).flatMap(([name, value]) =>
        name.endsWith('_sd_configs') ? (DISCOVERIES.safeParse(value).data ?? []) : [],
      );
      return [String(job.job_name), Math.max(0, ...found.map((one) => parseDuration(one.refresh_interval ?? '') ?? 0))];
    }),
  );
}

/** The same target in every view: Thanos adds the external labels, a replica's own API does not. */
function keyOf(labels: Labels): string {
  const external: readonly string[] = ['__name__', ...Object.values(EXTERNAL_LABELS)];
  return fingerprint(Object.fromEntries(Object.entries(labels).filter(([name]) => !external.includes(name))));
}

/** Never a fingerprint of labels. */
export const jobKey = (job: string): string => `job ${job}`;
