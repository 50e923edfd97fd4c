import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../../lib/contract/errors';
import { BALANCER_PORTS } from '../../../lib/contract/ports';
import { ifItCanBeHad, type ResolvedTool } from '../../tools';
import { checkUsersConfig, loadUsersConfig } from '../deploy/overlay-file';
import { LAMBDA_API_PORT } from '../functions/lambda-api';
import {
  loopbackNetwork,
  namespaceNetwork,
  namespacesAvailable,
  removeLeftNamespaces,
  type Network,
} from '../hosts/network';
import { requireFreePorts } from '../hosts/ports';
import { killMarked, MARKS } from '../hosts/processes';
import { runningState, staleState } from '../../../lib/shell/local/run-state';
import { forgetRun, removeState, requireSpace } from '../run-dir';
import type { Start } from '../start-options';
import { findVolumes, volumesDir } from '../volumes/find';
import { releaseLeftStalls, removeLeftDevices } from '../volumes/image-store';
import { CIDR } from '../deploy/overlay';
import { WORKLOAD_PORTS } from '../workload';
import { findTools, type Tools } from './tools-phase';

/** The AWS API emulator's port; for the CDK CLI its host must be spelled localhost. */
export const EMULATOR_PORT = 5566;
/** The load balancer's address, for browsers on this machine. */
export const BALANCER_HOST = '127.0.0.1';
const NEEDED_BYTES = 2 * 2 ** 30;

export interface Prepared extends Tools {
  readonly network: Network;
  /** What makes file systems of volumes; null: data are in plain directories. */
  readonly mkfs: ResolvedTool | null;
  /** What filters for security groups; null: they are not played. */
  readonly nft: ResolvedTool | null;
  readonly cluster: string;
  readonly region: string;
  /** Environment of every process: what it needs of this machine, nothing of this user's AWS account. */
  readonly env: Readonly<Record<string, string>>;
}

/** Nothing runs yet that could be in the way; tools and network are there. */
export async function prepare(start: Start): Promise<Prepared> {
  refuseSecond();
  await clearLeftovers(start);
  rmSync(start.dir, { recursive: true, force: true }); // of a run that failed: its logs stay until the next one
  mkdirSync(join(start.dir, 'logs'), { recursive: true });
  // Last of all, and in one step: until then nobody else may start here. Logs of a failure stay until the next run.
  start.cleanup.defer('forget the run', () => {
    start.cleanup.logs = forgetRun(start.dir, start.cleanup.failed);
  });
  requireSpace(start.dir, NEEDED_BYTES);
  const { name, region } = loadUsersConfig().cluster;
  start.save({ cluster: name, region });

  // Before anything is made: they are taken when another user's system runs.
  await requireFreePorts([
    { what: 'the load balancer, for queries', host: BALANCER_HOST, port: BALANCER_PORTS.queries },
    { what: 'the load balancer, for the nodes', host: BALANCER_HOST, port: BALANCER_PORTS.direct },
    { what: 'the AWS API emulator', host: '127.0.0.1', port: EMULATOR_PORT },
  ]);
  const { tools, thanos } = await start.step(
    'tools: Prometheus, Alertmanager, Thanos, HAProxy, Redis, Node.js, AWS API emulator',
    () => findTools(start),
  );
  // What they refuse no node would load, and the start would wait for nothing.
  await start.step('promtool and amtool look at config/', () =>
    checkUsersConfig({ promtool: tools.promtool, amtool: tools.amtool }),
  );
  const namespaces = namespacesAvailable();
  const network = await start.step(
    namespaces.ok
      ? 'network: a namespace for each node'
      : `network: loopback only (${namespaces.why}); drills that cut a host off need root: primary-partition`,
    () => (namespaces.ok ? namespaceNetwork(CIDR, start.cleanup) : loopbackNetwork()),
  );
  start.save({ mode: network.mode, hostAddress: network.hostAddress });
  await requireFreePorts([
    ...Object.entries(WORKLOAD_PORTS).map(([what, port]) => ({ what, host: network.hostAddress, port })),
    { what: "Lambda's API", host: network.hostAddress, port: LAMBDA_API_PORT },
  ]);
  const mkfs = await findVolumes(start, network);
  start.save({ volumes: mkfs !== null });
  const nft = await findFilter(start, network);
  return { tools, thanos, network, mkfs, nft, cluster: name, region, env: processEnvironment(region) };
}

async function findFilter(start: Start, network: Network): Promise<ResolvedTool | null> {
  if (start.teeth['security-groups'] === null || network.mode === 'loopback') return null;
  const nft = await ifItCanBeHad('nft', { onProgress: (line) => start.onProgress(`  ${line}`), signal: start.signal });
  if (nft === null) start.onProgress('  security groups are not enforced: no nft');
  return nft;
}

function refuseSecond(): void {
  const running = runningState();
  if (running === null) return;
  throw new UserError({
    what: 'a local system already runs',
    got: `process ${running.pid}, since ${running.startedAt}`,
    expected: 'one local system at a time',
    fix: 'stop it with Ctrl-C in its terminal, or use it: `npx promha status --local`',
  });
}

/** What a runner that was killed left running is ended, and what it wrote is removed. */
async function clearLeftovers(start: Start): Promise<void> {
  const stale = staleState();
  if (stale === null) {
    // A run that could not take its volumes away had forgotten itself all the same.
    if (namespacesAvailable().ok) await removeLeftDevices(volumesDir(start.dir));
    return;
  }
  start.onProgress(`clearing up after the run of ${stale.startedAt}, which did not end properly`);
  const root = stale.mode === 'namespaces' && namespacesAvailable().ok;
  const volumes = root && stale.volumes === true;
  if (volumes) await releaseLeftStalls(volumesDir(stale.dir));
  await killMarked({ [MARKS.run]: stale.runId });
  if (root) {
    removeLeftNamespaces();
    if (volumes) await removeLeftDevices(volumesDir(stale.dir));
  }
  removeState();
  rmSync(stale.dir, { recursive: true, force: true });
}

function processEnvironment(region: string): Record<string, string> {
  const kept = ['PATH', 'HOME', 'LANG', 'TMPDIR', 'XDG_CACHE_HOME'];
  return {
    ...Object.fromEntries(
      kept.filter((name) => process.env[name] !== undefined).map((name) => [name, process.env[name]!]),
    ),
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  };
}
