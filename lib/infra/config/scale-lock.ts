import ts from 'typescript';
import type * as z from 'zod/mini';
import { documentFormat, type ReadOnly } from '../../contract/document';
import { fields, mapOf, text, version1 } from '../../contract/shape';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { UserError } from '../../contract/errors';
import type { Cluster } from './cluster';
import { shardsOf } from './layout';

const shape = fields({
  version: version1,
  cluster: text,
  region: text,
  /** Name → zone. */
  nodes: mapOf(text, text),
});

/** Which nodes there have been, and where: what `cdk deploy` would take away is not in config/cluster.ts any more. */
export type ScaleLock = ReadOnly<z.output<typeof shape>>;

const SCALE_LOCK = documentFormat({
  what: 'list of nodes that have been there',
  shape,
  maxBytes: 1024 * 1024,
  fix: 'take it from version control; `npx cdk synth` keeps it up to date',
});

/** Beside the cluster's file, so that each cluster has its own. */
export const lockFileOf = (clusterFile: string): string => clusterFile.replace(/\.ts$/, '.lock.json');

export function lockOf(cluster: Cluster): ScaleLock {
  const nodes = shardsOf(cluster).flatMap((shard) => shard.nodes);
  return {
    version: 1,
    cluster: cluster.name,
    region: cluster.region,
    nodes: Object.fromEntries(nodes.map(({ name, zone }) => [name, zone])),
  };
}

/**
 * Refuses what takes a node or a shard away, or moves a node to where its volume is not. To ask for it, a person deletes
 * the node's line from the lock: a change that is reviewed like every other one. `shown`: the lock's path, for messages.
 */
export function checkScale(cluster: Cluster, lockFile: string, shown: string): UserError[] {
  let lock: ScaleLock | null;
  try {
    lock = readLock(lockFile, shown);
  } catch (error) {
    if (error instanceof UserError) return [error];
    throw error;
  }
  // Another name or region is another cluster.
  if (lock === null || lock.cluster !== cluster.name || lock.region !== cluster.region) return [];
  const now = lockOf(cluster).nodes;
  const at = (node: string): string => `${shown}:${lineOf(lockFile, node)}`;
  const gone = Object.keys(lock.nodes).filter((node) => now[node] === undefined);
  const moved = Object.keys(lock.nodes).filter((node) => now[node] !== undefined && now[node] !== lock.nodes[node]);
  const problems = moved.map(
    (node) =>
      new UserError({
        what: `${node} would move to another zone, and its data volume cannot: a new, empty one would be made`,
        where: at(node),
        got: `${now[node]}, so far ${lock.nodes[node]}`,
        expected: `${lock.nodes[node]}, where its volume is`,
        fix: `placement: { '${node}': '${lock.nodes[node]}' } in config/cluster.ts; if it was never deployed, delete its line here`,
      }),
  );
  if (gone.length > 0) {
    problems.push(
      new UserError({
        what: `this would take away ${gone.join(', ')}`,
        where: at(gone[0]!),
        got: `replicas: ${cluster.replicas}, shards: ${cluster.shards}`,
        expected: `every node that has been there. ${lost(gone, cluster)}`,
        fix: 'raise replicas or shards again; or do what docs/sharding.md says under "Going back", then delete their lines here. If they were never deployed, deleting the lines is all',
      }),
    );
  }
  return problems;
}

function lost(gone: readonly string[], { shards }: Cluster): string {
  const whole = gone.filter((node) => Number(/^prometheus-(\d+)-\d+$/.exec(node)?.[1] ?? 0) >= shards);
  const one = gone.length === 1;
  const volumes = `${one ? 'Its volume stays' : 'Their volumes stay'} but belong${one ? 's' : ''} to nobody, with the samples that no upload has reached yet`;
  return whole.length === 0
    ? `${volumes}; a failure has fewer nodes to go to`
    : `${volumes}; and the targets of ${one ? 'its shard are' : 'their shards are'} scraped by nobody until the layout says otherwise`;
}

/** Writes the lock if it differs. Returns whether it did. */
export function writeLock(lockFile: string, cluster: Cluster): boolean {
  const text = `${JSON.stringify(lockOf(cluster), null, 2)}\n`;
  if (existsSync(lockFile) && readFileSync(lockFile, 'utf8') === text) return false;
  writeFileSync(lockFile, text);
  return true;
}

/** @throws UserError with its line when it cannot be read */
function readLock(file: string, place: string): ScaleLock | null {
  if (!existsSync(file)) return null;
  const text = readFileSync(file, 'utf8');
  try {
    return SCALE_LOCK.parse(text, place);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError({ ...error.problem, where: `${place}:${brokenLine(text, error.problem.what)}` });
  }
}

/** Where a text stops being JSON; else the line of the field that is wrong. */
function brokenLine(text: string, what: string): number {
  const lineAt = (offset: number): number => text.slice(0, offset).split('\n').length;
  try {
    JSON.parse(text);
  } catch (error) {
    // Node says the position only of some mistakes, and the compiler finds the others.
    const said = /position (\d+)/.exec((error as Error).message)?.[1];
    return lineAt(said === undefined ? (ts.parseConfigFileTextToJson('', text).error?.start ?? 0) : Number(said));
  }
  const field = /'s (\S+) is unusable/.exec(what)?.[1]!.split('.').at(-1);
  return field === undefined ? 1 : lineAt(Math.max(0, text.indexOf(`"${field}"`)));
}

function lineOf(file: string, node: string): number {
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.findIndex((line) => line.includes(`"${node}"`)) + 1;
}
