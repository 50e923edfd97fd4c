import { accessSync, constants, existsSync, statSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { S3Client } from '@aws-sdk/client-s3';
import { reasonOf } from '../../shell/probes/prober';
import { s3ControlStore } from '../../shell/assignment/store';
import { audit } from '../../core/audit/audit';
import type { AuditReport } from '../../core/audit/audit-report';
import { renderAuditHtml } from '../report/audit-html';
import { renderAudit } from '../report/audit-text';
import { parseDuration } from '../../contract/duration';
import { UserError } from '../../contract/errors';
import { EXTERNAL_LABELS } from '../../contract/labels';
import { PORTS } from '../../contract/ports';
import { readAnnouncements } from '../cluster/announcements';
import { collect } from '../audit/collect';
import { AuditSource } from '../audit/source';
import type { ClusterHandle } from '../cluster/cluster';
import { findThanos } from '../cluster/thanos';

export interface AuditOptions {
  readonly range: string;
  /** Base URL of Thanos query; found by the load balancer when absent. */
  readonly thanos?: string;
  /** File that the page is written to. */
  readonly html?: string;
  readonly json?: boolean;
}

export interface AuditOutcome {
  readonly output: string;
  /** 0 no gap in the deduplicated view, 1 gaps, 3 a part could not be looked at (and no gap in the rest). */
  readonly exitCode: 0 | 1 | 3;
}

const STORE_TIMEOUT_MS = 5_000;
/** Scrapes under way have no sample yet. */
const SETTLE_MS = 3_000;

/** What is asked for, found possible. */
type AuditAsked = AuditOptions & { readonly rangeMs: number };

/** @throws UserError for what cannot be done */
export function readAuditOptions(options: AuditOptions): AuditAsked {
  if (options.html !== undefined) checkWritable('--html', options.html, 'audit.html');
  if (options.thanos !== undefined) checkUrl(options.thanos);
  return { ...options, rangeMs: readRange(options.range) };
}

/** What an audit saw. `unseen`: parts that could not be looked at, one sentence each; they are among the report's notes. */
export interface Audited {
  readonly report: AuditReport;
  readonly unseen: readonly string[];
}

/** Compares replicas and Thanos over the range that ends now. @throws when the control bucket cannot be read */
export async function readAudit(
  { cluster, shard, controlBucket }: ClusterHandle,
  s3: S3Client,
  { rangeMs, thanos: named }: Pick<AuditAsked, 'rangeMs' | 'thanos'>,
): Promise<Audited> {
  const store = s3ControlStore(s3, controlBucket, shard, STORE_TIMEOUT_MS);
  const nodes = [...(await readAnnouncements(store, shard)).announcements.values()];
  const found = named === undefined ? await findThanos(cluster) : { url: named.replace(/\/+$/, ''), problem: null };
  const replicas = nodes.map((n) => new AuditSource(n.node, `http://${n.address}:${PORTS.prometheus}`));
  const thanos = found.url === null ? null : thanosSource(found.url, cluster, shard);

  const to = Date.now() - SETTLE_MS;
  const collected = await collect(replicas, thanos, to - rangeMs, to, progressOn(process.stderr));
  const unseen = [...(found.problem === null ? [] : [found.problem]), ...collected.unseen];
  return { report: audit({ ...collected, notes: [...unseen, ...collected.notes] }), unseen };
}

export async function auditCluster(handle: ClusterHandle, s3: S3Client, options: AuditAsked): Promise<AuditOutcome> {
  const { report, unseen } = await readAudit(handle, s3, options);
  const failed = options.html === undefined ? null : writePage(options.html, report);
  const noted = failed === null ? report : { ...report, notes: [failed, ...report.notes] };
  const written = options.html === undefined || failed !== null ? '' : `\nThe timelines are in ${options.html}.\n`;
  return {
    output: options.json ? auditJson(noted) : `${renderAudit(noted)}${written}`,
    exitCode:
      report.verdict === 'gaps' ? 1 : unseen.length > 0 || failed !== null || report.targets.length === 0 ? 3 : 0,
  };
}

/** Null, or why it could not be written: what was read for minutes is printed all the same. */
export function writePage(file: string, report: AuditReport): string | null {
  try {
    writeFileSync(file, renderAuditHtml(report));
    return null;
  } catch (error) {
    return `Not written: the page ${file} (${reasonOf(error)}).`;
  }
}

/** Thanos with deduplication, raw samples, and what it can get where a store does not answer. */
export function thanosSource(url: string, cluster: string, shard: number): AuditSource {
  const only = { [EXTERNAL_LABELS.cluster]: cluster, [EXTERNAL_LABELS.shard]: String(shard) };
  const parameters = { dedup: 'true', partial_response: 'true', max_source_resolution: '0s' };
  return new AuditSource('Thanos', url, only, parameters);
}

/** The report with its times in ISO 8601. */
function auditJson(report: AuditReport): string {
  const isTime = (key: string, value: unknown): value is number =>
    (key === 'from' || key === 'to') && typeof value === 'number';
  const json = JSON.stringify(
    report,
    (key, value: unknown) => (isTime(key, value) ? new Date(value).toISOString() : value),
    2,
  );
  return `${json}\n`;
}

/** Weeks take minutes to read: whoever waits sees how far it is. Quick answers, and scripts, see nothing of it. */
function progressOn(terminal: NodeJS.WriteStream): (share: number) => void {
  if (!terminal.isTTY) return () => undefined;
  const begun = Date.now();
  let shown = -1;
  return (share) => {
    const percent = Math.floor(share * 100);
    if (Date.now() - begun < 2_000 || percent === shown) return;
    shown = percent;
    terminal.write(share < 1 ? `\rreading … ${percent} %` : `\r${' '.repeat(16)}\r`);
  };
}

/** Before minutes are spent. `model`: what it could be called. @throws UserError */
export function checkWritable(option: string, file: string, model: string): void {
  const directory = dirname(resolve(file));
  const isDirectory = (path: string): boolean => existsSync(path) && statSync(path).isDirectory();
  if (file === '' || isDirectory(file)) {
    const fix = `${option} ${file === '' ? '' : `${file.replace(/\/+$/, '')}/`}${model}`;
    throw new UserError({ what: `${option} names no file`, got: file || 'nothing', expected: 'a file', fix });
  }
  if (!isDirectory(directory)) {
    throw new UserError({
      what: `${option} names a file in a directory that does not exist`,
      got: file,
      expected: 'a file in an existing directory',
      fix: `mkdir -p ${directory}, or name another file`,
    });
  }
  try {
    accessSync(existsSync(file) ? file : directory, constants.W_OK);
  } catch (error) {
    throw new UserError({
      what: `${option} names a file that cannot be written`,
      got: `${file} (${reasonOf(error)})`,
      expected: 'a file that whoever calls may write',
      fix: 'name another file',
    });
  }
}

/** @throws UserError */
function checkUrl(text: string): void {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return;
  throw new UserError({
    what: '--thanos is not a URL',
    got: text || 'nothing',
    expected: 'http or https, host and port of a Thanos query',
    fix: 'npx promha audit --thanos http://10.0.0.1:10902',
  });
}

/** @throws UserError */
function readRange(text: string): number {
  const ms = parseDuration(text);
  if (ms !== null && ms > 0) return ms;
  throw new UserError({
    what: '--range is not a duration',
    got: text,
    expected: 'numbers with units d, h, m, s, from large to small, such as 15m or 1h30m',
    fix: 'npx promha audit --range 15m',
  });
}
