import { reasonOf } from '../../shell/probes/prober';
import type { UpSample } from '../../core/audit/track';
import { parseDuration } from '../../contract/duration';
import { fingerprint } from '../../core/alerts/gate';
import { EXTERNAL_LABELS } from '../../contract/labels';

/** A person waits, and a chunk of many targets takes its time. */
const TIMEOUT_MS = 30_000;

/** How far back a sample is looked for to know that a cluster is older than the range. */
const OLDER = '1h';

/** The samples of one target in one chunk. */
export interface Chunk {
  readonly key: string;
  readonly job: string;
  readonly instance: string;
  readonly samples: readonly UpSample[];
}

type Labels = Readonly<Record<string, string>>;

interface QueryAnswer {
  readonly data: {
    readonly result: readonly {
      readonly metric: Labels;
      readonly value?: readonly [number, string];
      readonly values?: readonly (readonly [number, string])[];
    }[];
  };
  readonly warnings?: readonly string[];
}

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
    const { data } = await this.query<{ data: { result: [number, string] } }>('time()');
    return Math.round(Number(data.result[1]) * 1000 - (before + Date.now()) / 2);
  }

  /** Scrape intervals in ms of the targets that it has now, by target and by job. */
  async intervals(): Promise<Map<string, number>> {
    const { data } = await this.get<{
      data: { activeTargets: { labels: Labels; scrapeInterval?: string }[] };
    }>('/api/v1/targets?state=active');
    return new Map(
      data.activeTargets.flatMap(({ labels, scrapeInterval }) => {
        const ms = parseDuration(scrapeInterval ?? '');
        return ms === null || ms === 0 ? [] : [[keyOf(labels), ms] as const, [jobKey(labels.job!), ms] as const];
      }),
    );
  }

  /** How long it keeps samples, ms; null where only their size limits them. */
  async retentionMs(): Promise<number | null> {
    const { data } = await this.get<{ data: { storageRetention?: string } }>('/api/v1/status/runtimeinfo');
    // Such as 15d, 15d or 100GiB, 100GiB.
    return parseDuration((data.storageRetention ?? '').split(' ')[0]!);
  }

  /** Whether there is a sample in the hour before that moment. */
  async hasBefore(at: number): Promise<boolean> {
    const { data } = await this.query<QueryAnswer>(`count(last_over_time(${this.selector()}[${OLDER}]))`, at);
    return data.result.length > 0;
  }

  /** Raw samples in (from, to], ms of its own clock. */
  async chunk(from: number, to: number): Promise<Chunk[]> {
    const { data, warnings } = await this.query<QueryAnswer>(`${this.selector()}[${to - from}ms]`, to);
    for (const warning of warnings ?? []) this.warnings.add(warning);
    return data.result.map(({ metric, values }) => ({
      key: keyOf(metric),
      job: metric.job ?? '?',
      instance: metric.instance ?? '?',
      samples: (values ?? []).map(([at, value]) => ({ at: Math.round(at * 1000), up: value !== '0' })),
    }));
  }

  private selector(): string {
    const matchers = Object.entries(this.only).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
    return `up{${matchers.join(',')}}`;
  }

  private query<T>(query: string, at?: number): Promise<T> {
    const parameters = new URLSearchParams({ query, ...this.parameters });
    if (at !== undefined) parameters.set('time', String(at / 1000));
    return this.get(`/api/v1/query?${parameters.toString()}`);
  }

  private async get<T>(path: string): Promise<T> {
    let response: Response;
    try {
      response = await fetch(`${this.url}${path}`, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    } catch (error) {
      throw new Error(`${this.name} (${this.url}): ${reasonOf(error)}`, { cause: error });
    }
    const text = await response.text();
    if (!response.ok) throw new Error(`${this.name} (${this.url}): HTTP ${response.status} ${text.slice(0, 200)}`);
    return JSON.parse(text) as T;
  }
}

/** The same target in every view: Thanos adds the external labels, a replica's own API does not. */
function keyOf(labels: Labels): string {
  const external: readonly string[] = ['__name__', ...Object.values(EXTERNAL_LABELS)];
  return fingerprint(Object.fromEntries(Object.entries(labels).filter(([name]) => !external.includes(name))));
}

/** Never a fingerprint of labels. */
export const jobKey = (job: string): string => `job ${job}`;
