import type { DocumentFormat } from '../../contract/document';
import { httpGet } from '../async/http-get';
import {
  ALERTS,
  CONFIG,
  LABEL_VALUES,
  MATRIX,
  ALERTING_RULES,
  RULE_GROUPS,
  RUNTIME,
  SCALAR,
  STORES,
  TARGETS,
  VECTOR,
  WAL_REPLAY,
  type Labels,
} from './answers';

/** One value of one series; `at` in ms since the Unix epoch, by the clock of whoever answers. */
export interface Point {
  readonly at: number;
  readonly value: number;
}
export interface Sample extends Point {
  readonly labels: Labels;
}
export interface Series {
  readonly labels: Labels;
  readonly points: readonly Point[];
}

export interface Options {
  /** For each answer, whole. */
  readonly timeoutMs: number;
  /** Instead of the time-out: for several questions with one deadline. */
  readonly signal?: AbortSignal;
  /** Asks once more each time that so much has passed without an answer, ms: for what is cheap to answer. */
  readonly againMs?: number;
  /** Of one answer. */
  readonly maxBytes?: number;
  /** Added to each query, such as Thanos's `dedup`. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** What was said beside the answers, such as that one of Thanos's stores did not answer. */
  readonly onWarning?: (warning: string) => void;
}

/**
 * The HTTP API of one Prometheus, or of Thanos query. Every method rejects when it does not answer in time, and when what
 * answers is something else.
 */
export class Prometheus {
  /** `url` without a slash at its end. */
  constructor(
    readonly url: string,
    private readonly options: Options,
  ) {}

  /** An instant query; `at` in ms, default now. */
  async vector(query: string, at?: number): Promise<Sample[]> {
    const { result } = await this.ask(VECTOR, this.query(query, at));
    return result.map(({ metric, value }) => ({ labels: metric, ...pointOf(value) }));
  }

  /** The first value of an instant query; null when nothing matches. */
  async value(query: string, at?: number): Promise<number | null> {
    return (await this.vector(query, at))[0]?.value ?? null;
  }

  async scalar(query: string): Promise<number> {
    return pointOf((await this.ask(SCALAR, this.query(query))).result).value;
  }

  /** A query of a range selector: raw samples. */
  async samples(selector: string, at: number): Promise<Series[]> {
    return seriesOf((await this.ask(MATRIX, this.query(selector, at))).result);
  }

  async range(query: string, { from, to, stepMs }: { from: number; to: number; stepMs: number }): Promise<Series[]> {
    const parameters = this.parameters({
      query,
      start: String(from / 1000),
      end: String(to / 1000),
      step: String(stepMs / 1000),
    });
    return seriesOf((await this.ask(MATRIX, `/api/v1/query_range?${parameters}`)).result);
  }

  labelValues(name: string): Promise<readonly string[]> {
    return this.ask(LABEL_VALUES, `/api/v1/label/${encodeURIComponent(name)}/values`);
  }

  async targets() {
    return (await this.ask(TARGETS, '/api/v1/targets?state=active')).activeTargets;
  }

  /** Pending and firing. */
  async alerts() {
    return (await this.ask(ALERTS, '/api/v1/alerts')).alerts;
  }

  /** Alerting rules, with what of them is pending or fires. */
  async alertingRules() {
    return (await this.ask(ALERTING_RULES, '/api/v1/rules?type=alert')).groups.flatMap(({ rules }) => rules);
  }

  /** Of recording and alerting rules: what each group takes, when it was evaluated, and, unless left out, what of it fires. */
  async ruleGroups(alerts: 'with' | 'without' = 'with') {
    return (await this.ask(RULE_GROUPS, `/api/v1/rules${alerts === 'with' ? '' : '?exclude_alerts=true'}`)).groups;
  }

  runtime() {
    return this.ask(RUNTIME, '/api/v1/status/runtimeinfo');
  }

  /** The configuration in force, YAML. */
  async config(): Promise<string> {
    return (await this.ask(CONFIG, '/api/v1/status/config')).yaml;
  }

  walReplay() {
    return this.ask(WAL_REPLAY, '/api/v1/status/walreplay');
  }

  /** Of Thanos query only: the stores that it asks, by kind. */
  stores() {
    return this.ask(STORES, '/api/v1/stores');
  }

  private query(query: string, at?: number): string {
    return `/api/v1/query?${this.parameters({ query, ...(at === undefined ? {} : { time: String(at / 1000) }) })}`;
  }

  private parameters(own: Readonly<Record<string, string>>): string {
    return new URLSearchParams({ ...own, ...this.options.parameters }).toString();
  }

  private async ask<T>(
    format: DocumentFormat<{ readonly data: T; readonly warnings: readonly string[] }>,
    path: string,
  ): Promise<T> {
    const { timeoutMs, signal = AbortSignal.timeout(timeoutMs), maxBytes, againMs, onWarning } = this.options;
    const text = await httpGet(`${this.url}${path}`, signal, maxBytes, againMs);
    const { data, warnings } = format.parse(text, this.url);
    for (const warning of warnings) onWarning?.(warning);
    return data;
  }
}

function seriesOf(
  result: readonly { readonly metric: Labels; readonly values: readonly (readonly [number, string])[] }[],
): Series[] {
  return result.map(({ metric, values }) => ({ labels: metric, points: values.map(pointOf) }));
}

function pointOf([seconds, text]: readonly [number, string]): Point {
  return { at: Math.round(seconds * 1000), value: numberOf(text) };
}

function numberOf(text: string): number {
  return text === '+Inf' ? Infinity : text === '-Inf' ? -Infinity : Number(text);
}
