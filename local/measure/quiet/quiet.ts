import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LambdaClient, ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { IAMClient, ListRolesCommand } from '@aws-sdk/client-iam';
import type { QuietRun } from '../../../lib/contract/documents/quiet-run';
import { priceOfCall } from '../../../lib/core/costs/calls';
import { systemClock } from '../../../lib/shell/async/clock';
import { runDir } from '../../../lib/shell/local/run-state';
import { CONTAINED } from '../../run/deploy/overlay';
import { nameInArn } from '../../run/deploy/credentials';
import { LOCAL_CREDENTIALS } from '../../run/deploy/read-back';
import { LAMBDA_LOG } from '../../run/functions/control-plane';
import type { Cleanup } from '../../run/hosts/cleanup';
import type { System } from '../../run/parts';
import { CALL_LOG } from '../../run/phases/deploy-phase';
import { waitUntilReady } from '../../run/ready';
import { startSystem } from '../../run/system';
import { TEETH } from '../../run/teeth';
import { countCalls, countExecutions, countLog, type Callers, type CountedSpan } from './count';

const READY_MS = 120_000;
/** What follows a start is not quiet: alarms end, loops find their beat, the first snapshot is taken. */
const SETTLE_MS = 60_000;
/** What is called every five minutes is called once in it; and on the grid of the calls' log. */
const SPAN_MS = 300_000;
const GRID_MS = 10_000;

export interface QuietOptions {
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
  /** The caller runs it at the end. */
  readonly cleanup: Cleanup;
}

/** Brings the system up, lets nothing happen, and counts what it calls. @throws UserError for a call without a price */
export async function countQuietRun({ say, signal, cleanup }: QuietOptions): Promise<QuietRun> {
  const system = await startSystem(
    {
      onProgress: (line) => say(`· ${line}`),
      onEvent: () => {},
      verbose: false,
      signal,
      builds: 'all',
      reach: CONTAINED,
      teeth: TEETH,
    },
    cleanup,
    runDir(),
  );
  say('· waiting until every node works and one alerts');
  await waitUntilReady(system.state, READY_MS, signal);
  const from = Math.ceil((Date.now() + SETTLE_MS) / GRID_MS) * GRID_MS;
  const span = { from, to: from + SPAN_MS };
  say(`· ${Math.round((span.to - Date.now()) / 1000)} s in which nothing happens`);
  // And a little more: lines are written when their ten seconds are over.
  while (Date.now() < span.to + 2_000) {
    signal.throwIfAborted();
    await systemClock.sleep(500);
  }
  const run = await countRun(system, span);
  for (const call of run.calls) priceOfCall(call);
  return run;
}

async function countRun({ state, deployed }: System, span: CountedSpan): Promise<QuietRun> {
  const log = (name: string): string => {
    const file = join(state.dir, 'logs', name);
    return existsSync(file) ? readFileSync(file, 'utf8') : '';
  };
  const { cluster, controlBucket } = state;
  const short = (name: string): string => name.slice(cluster.length + 1);
  const executions = countExecutions(log(LAMBDA_LOG), span);
  // Those of the first shard: the others' are named as they are, and then the number.
  const functions = deployed.deployment.functions
    .map(({ name }) => ({ name: short(name), log: countLog(log(`${name}.log`), span), ...executions.get(name) }))
    .filter(({ name }) => !/-\d+$/.test(name));
  const bucketOf = (bucket: string): string =>
    bucket === controlBucket ? 'control' : bucket.startsWith('cdk-') ? 'assets' : 'blocks';
  const nodes = [...state.nodes, ...state.others];
  return {
    version: 1,
    day: new Date().toISOString().slice(0, 10),
    seconds: (span.to - span.from) / 1000,
    nodes: nodes.length,
    shards: 1 + Math.max(...nodes.map(({ shard }) => shard)),
    ...countCalls(log(CALL_LOG), span, await callersOf(state), bucketOf),
    functions: functions.map(({ name, log: { bytes, lines }, requests = 0, seconds = 0 }) => ({
      name,
      requests,
      seconds: Math.round(seconds * 1000) / 1000,
      logBytes: bytes,
      logLines: lines,
    })),
    metrics: functions.flatMap(({ name, log: { metrics } }) =>
      metrics.map((metric) => ({ function: name, name: metric })),
    ),
  };
}

/** Of functions as Lambda says; of nodes and tasks by the stack that a role's name begins with. */
async function callersOf({ endpoint, region, cluster }: System['state']): Promise<Callers> {
  const client = { endpoint, region, credentials: LOCAL_CREDENTIALS };
  const { Functions } = await new LambdaClient(client).send(new ListFunctionsCommand({}));
  const { Roles } = await new IAMClient(client).send(new ListRolesCommand({ MaxItems: 1000 }));
  const callers = new Map<string, { by: 'node' | 'function' | 'task'; name: string }>();
  for (const { RoleName = '' } of Roles ?? []) {
    if (RoleName.startsWith(`${cluster}-nodes`)) callers.set(RoleName, { by: 'node', name: 'node' });
    const [, task] = RoleName.startsWith(`${cluster}-thanos`) ? (/-([a-z]+)TaskRole/.exec(RoleName) ?? []) : [];
    if (task !== undefined) callers.set(RoleName, { by: 'task', name: task });
  }
  for (const { FunctionName = '', Role = '' } of Functions ?? []) {
    const name = FunctionName.slice(cluster.length + 1).replace(/-\d+$/, '');
    callers.set(nameInArn(Role), { by: 'function', name });
  }
  return callers;
}
