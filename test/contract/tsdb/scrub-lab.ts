import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually, freePort } from '../agent/agent-tools';

/** A real Prometheus on a directory of its own, fed by remote write, so that a test says which samples there are. */
export interface Lab {
  readonly url: string;
  readonly pid: number;
  readonly exited: Promise<number | null>;
  readonly log: () => string;
  readonly ready: () => Promise<void>;
  /** Ends it and waits until it is gone. @default SIGTERM */
  readonly stop: (signal?: NodeJS.Signals) => Promise<void>;
}

const CONFIG = 'storage:\n  tsdb:\n    out_of_order_time_window: 30m\n';

/** Starts Prometheus on `<dir>/data`; it may exit at once, see `exited`. */
export async function startLab(
  program: string,
  dir: string,
  flags: readonly string[] = [],
  config = CONFIG,
  listen?: string,
): Promise<Lab> {
  const address = listen ?? `127.0.0.1:${await freePort()}`;
  const data = join(dir, 'data');
  mkdirSync(data, { recursive: true });
  writeFileSync(join(dir, 'prometheus.yml'), config);
  const logFile = join(dir, 'prometheus.log');
  const output = openSync(logFile, 'w');
  const args = [
    `--config.file=${join(dir, 'prometheus.yml')}`,
    `--storage.tsdb.path=${data}`,
    `--web.listen-address=${address}`,
    '--web.enable-remote-write-receiver',
    '--web.enable-admin-api',
    '--storage.tsdb.wal-segment-size=10MB',
    '--query.max-samples=500000000',
    ...flags,
  ];
  const child = spawn(program, args, { stdio: ['ignore', output, output] });
  const url = `http://${address}`;
  const exited = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  return {
    url,
    pid: child.pid!,
    exited,
    log: () => readFileSync(logFile, 'utf8'),
    ready: () => untilReady(url, child),
    stop: async (signal = 'SIGTERM') => {
      child.kill(signal);
      await exited;
    },
  };
}

async function untilReady(url: string, child: ChildProcess): Promise<void> {
  await eventually('Prometheus', async () => {
    if (child.exitCode !== null) return true;
    return (await fetch(`${url}/-/ready`)).ok;
  });
  if (child.exitCode !== null) throw new Error(`Prometheus exited with ${child.exitCode}`);
}

export interface Series {
  readonly labels: Readonly<Record<string, string>>;
  /** [ms since the Unix epoch, value] in order of time; a bigint is a value's bits. */
  readonly samples: readonly (readonly [number, number | bigint])[];
}

/** Remote write 1.0. @throws when it is not accepted */
export async function push(url: string, series: readonly Series[]): Promise<void> {
  const response = await fetch(`${url}/api/v1/write`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/x-protobuf', 'Content-Encoding': 'snappy' },
    body: snappyStored(Buffer.concat(series.map((s) => field(1, timeSeries(s))))),
  });
  if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);
}

/** All samples of `metric`, head and blocks, as Prometheus counts them; null when the query fails. */
export async function countSamples(url: string, metric: string, range: string): Promise<number | null> {
  const query = new URLSearchParams({ query: `sum(count_over_time(${metric}[${range}]))` });
  const answer = (await (await fetch(`${url}/api/v1/query?${query}`)).json()) as {
    readonly data?: { readonly result: readonly { readonly value: readonly [number, string] }[] };
  };
  return answer.data === undefined ? null : Number(answer.data.result[0]?.value[1] ?? 0);
}

/** One metric without labels, as Prometheus exposes it of itself. */
export async function ownMetric(url: string, name: string): Promise<number | null> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const line = new RegExp(`^${name} (.+)$`, 'm').exec(text);
  return line === null ? null : Number(line[1]);
}

function timeSeries({ labels, samples }: Series): Buffer {
  const names = Object.keys(labels).sort();
  return Buffer.concat([
    ...names.map((name) =>
      field(1, Buffer.concat([field(1, Buffer.from(name)), field(2, Buffer.from(labels[name]!))])),
    ),
    ...samples.map(([at, value]) => field(2, sample(at, value))),
  ]);
}

function sample(at: number, value: number | bigint): Buffer {
  const head = Buffer.alloc(9);
  head[0] = (1 << 3) | 1;
  if (typeof value === 'bigint') head.writeBigUInt64LE(value, 1);
  else head.writeDoubleLE(value, 1);
  return Buffer.concat([head, Buffer.from([2 << 3]), varint(at)]);
}

function field(number: number, bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.from([(number << 3) | 2]), varint(bytes.length), bytes]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80);
  return Buffer.from([...bytes, rest]);
}

/** Snappy's block format with literals only: valid, and nothing to compress with is needed. */
function snappyStored(bytes: Buffer): Buffer {
  const parts = [varint(bytes.length)];
  for (let at = 0; at < bytes.length; at += 65_536) {
    const part = bytes.subarray(at, at + 65_536);
    const tag = Buffer.from([61 << 2, 0, 0]);
    tag.writeUInt16LE(part.length - 1, 1);
    parts.push(tag, part);
  }
  return Buffer.concat(parts);
}
