import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { EC2Client } from '@aws-sdk/client-ec2';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { CONFIG_BUNDLE, type ConfigBundle, type ConfigPointer } from '../../../lib/contract/documents/config';
import type { Cluster } from '../../../lib/infra/config/cluster';
import type { Configuration } from '../../../lib/infra/config/load';
import { deployApp, startEmulator, type Emulator } from '../../emulator/deploy';
import { targetsHere } from '../deploy/load-limit';
import { localOverlay, otherIntervals } from '../deploy/overlay';
import { keepLocalSecrets } from '../deploy/local-secrets';
import { makeOperator } from '../deploy/operator';
import { loadUsersConfig, OVERLAY_FILE, writeOverlay } from '../deploy/overlay-file';
import { EMULATOR_PORT, type Prepared } from './prepare-phase';
import { deployedSessions, nameInArn, ownersSessions, type Sessions } from '../deploy/credentials';
import { LAMBDA_API_PORT } from '../functions/lambda-api';
import { SecurityGroups } from '../groups/player';
import { Routes } from '../routes/player';
import { serveEvaluator } from '../../iam/service';
import type { AskedLine } from '../../iam/used';
import { MARKS } from '../hosts/processes';
import { LOCAL_CREDENTIALS, readBack, type Deployment } from '../deploy/read-back';
import type { Start } from '../start-options';
import type { Teeth } from '../teeth';
import { startWorkload, type Workload } from '../workload';

export const IAM_LOG = 'iam.jsonl';
/** How often who called what of the emulator (local/emulator/call_log.py). */
export const CALL_LOG = 'calls.jsonl';

export interface Deployed {
  readonly emulator: Emulator;
  readonly workload: Workload;
  readonly deployment: Deployment;
  /** The emulator, as the nodes and functions reach it. */
  readonly endpoint: string;
  readonly fetchObject: (bucket: string, key: string) => Promise<Uint8Array>;
  readonly sessions: Sessions;
  /** null: hosts let everything through. */
  readonly groups: SecurityGroups | null;
  /** null: every host reaches every API. */
  readonly routes: Routes | null;
  /** null: Lambda refuses and delays nothing. */
  readonly lambda: Teeth['lambda'];
  /** What the nodes were told to run, and where it is. */
  readonly pointer: ConfigPointer;
  readonly bundle: ConfigBundle;
}

/**
 * The real CDK CLI deploys the app into the emulator; what it made is read back. The workload starts meanwhile.
 *
 * @param settings laid over those of the cluster in the local run
 */
export async function deploy(
  start: Start,
  prepared: Prepared,
  settings: Readonly<Record<string, unknown>> = {},
): Promise<Deployed> {
  const { tools, network, cluster, region, env } = prepared;
  const { dir, runId, cleanup, signal } = start;
  const { hostAddress } = network;
  const { iam, 's3-latency': s3Latency } = start.teeth;
  const own = loadUsersConfig();
  const lambda = lambdaOf(start, own.cluster);
  const evaluator = iam === null ? undefined : await startEvaluator(start);
  const emulator = await start.step('AWS API emulator', () =>
    startEmulator({
      python: tools.moto_server.python,
      listen: [`127.0.0.1:${EMULATOR_PORT}`, `${hostAddress}:${EMULATOR_PORT}`],
      log: join(dir, 'logs', 'emulator.log'),
      env: { ...env, [MARKS.run]: runId },
      callLog: join(dir, 'logs', CALL_LOG),
      ...(evaluator !== undefined && { authorize: evaluator }),
      ...(lambda !== null && { lambdaConcurrency: lambda.concurrency }),
      ...(s3Latency !== null && { s3Latency }),
      without: start.teeth.ecs === null ? ['ecs'] : [],
    }),
  );
  cleanup.defer('stop the emulator', () => emulator.stop());
  void emulator.ended.then((how) => start.onEnd('the AWS API emulator', how));

  const workload = await start.step('workload: Redis, DuckDB, trade engine, pager', () =>
    startWorkload({ tools, host: hostAddress, dir, runId, env, cleanup, onEvent: start.onEnd }),
  );
  start.save({ pages: workload.pages });

  const endpoint = `http://${hostAddress}:${EMULATOR_PORT}`;
  await keepLocalSecrets(start, own.bundle.secrets ?? {}, { endpoint, region });

  const overlay = overlayOf(start, prepared, own, settings);
  await start.step('cdk bootstrap, cdk deploy --all', () =>
    deployApp({
      port: EMULATOR_PORT,
      region,
      overlay,
      outDir: join(dir, 'cdk.out'),
      onProgress: (line) => isNews(line) && start.onProgress(`  ${line.trim()}`),
      signal,
    }),
  );

  const s3 = new S3Client({ endpoint, region, credentials: LOCAL_CREDENTIALS, forcePathStyle: true });
  const fetchObject = async (Bucket: string, Key: string): Promise<Uint8Array> =>
    (await s3.send(new GetObjectCommand({ Bucket, Key }))).Body!.transformToByteArray();
  const sessions = evaluator === undefined ? ownersSessions : deployedSessions(endpoint);
  const deployment = await start.step('reading back what was deployed', () =>
    readBack({ cluster, region, endpoint, dir: join(dir, 'functions'), fetchObject, sessions }),
  );
  const groups = groupsOf(start, prepared, endpoint);
  await groups?.refresh();
  const routes = routesOf(start, prepared, endpoint);
  await routes?.refresh();
  if (evaluator !== undefined) start.save({ operator: await makeOperator({ endpoint, region, cluster, sessions }) });
  start.save({ endpoint });
  return {
    emulator,
    workload,
    deployment,
    endpoint,
    fetchObject,
    sessions,
    groups,
    routes,
    lambda,
    ...(await deployedBundle(deployment, fetchObject)),
  };
}

/** Written into a file, whose path is returned. */
function overlayOf(
  start: Start,
  { network, mkfs, thanos }: Prepared,
  own: Configuration,
  settings: Readonly<Record<string, unknown>>,
): string {
  const overlay = join(start.dir, OVERLAY_FILE);
  const { reach } = start;
  const scraped = { replicas: own.cluster.replicas, targets: targetsHere(own.bundle.targets, reach.targets) };
  const { hostAddress } = network;
  const here = localOverlay({ hostAddress, volumes: mkfs !== null, thanos: thanos !== null, reach, scraped });
  writeOverlay(overlay, { ...here, cluster: { ...here.cluster, ...settings } });
  tellContained(start, own.cluster, overlay);
  return overlay;
}

function groupsOf({ onEvent }: Start, { nft, network, region }: Prepared, endpoint: string): SecurityGroups | null {
  if (nft === null) return null;
  const ec2 = new EC2Client({ endpoint, region, credentials: LOCAL_CREDENTIALS, maxAttempts: 1 });
  return new SecurityGroups({
    ec2,
    nft,
    hostAddress: network.hostAddress,
    apiPorts: [EMULATOR_PORT, LAMBDA_API_PORT],
    onEvent,
  });
}

/** Addresses tell hosts apart, which on loopback they do not. */
function routesOf(start: Start, { network, region }: Prepared, endpoint: string): Routes | null {
  if (start.teeth.routes === null || network.mode === 'loopback') return null;
  const ec2 = new EC2Client({ endpoint, region, credentials: LOCAL_CREDENTIALS, maxAttempts: 1 });
  return new Routes({ ec2, endpoint, onEvent: start.onEvent });
}

/** Whoever says in config/ that the account has more has it here, too: what is reserved there is reserved here. */
function lambdaOf({ teeth: { lambda } }: Start, own: Cluster): Teeth['lambda'] {
  return lambda && { ...lambda, concurrency: Math.max(lambda.concurrency, own.lambda?.concurrency ?? 0) };
}

/** Of the evaluator of policies: its socket. Every question and its answer is a line of logs/iam.jsonl. */
async function startEvaluator({ dir, cleanup, onEvent }: Start): Promise<string> {
  const socket = join(dir, 'iam.sock');
  const log = join(dir, 'logs', IAM_LOG);
  const evaluator = await serveEvaluator(socket, ({ question, by }) => {
    const { caller, action, resource } = question;
    const who = caller.kind === 'role' ? nameInArn(caller.roleArn) : caller.name;
    appendFileSync(log, `${JSON.stringify({ who, action, resource, by } satisfies AskedLine)}\n`);
    if (by === null) onEvent(`! IAM refuses ${who}: ${action} on ${resource}`);
  });
  cleanup.defer('stop the evaluator of policies', () => evaluator.close());
  return socket;
}

/** What of the user's configuration is elsewhere, and what becomes of it here. */
function tellContained(start: Start, own: Cluster, overlay: string): void {
  const { contained, cluster } = loadUsersConfig(overlay);
  const { receivers, targets, remedies, fewer } = contained!;
  const tell = (names: readonly string[], what: string): void => {
    if (names.length > 0)
      start.onProgress(`  ${what}: ${names.slice(0, 5).join(', ')}${names.length > 5 ? ', …' : ''}`);
  };
  const { reach } = start;
  if (reach.receivers)
    start.onProgress('  !! --real-receivers: alerts of this run NOTIFY THE REAL RECEIVERS of config/');
  if (reach.targets)
    start.onProgress('  !! --real-targets: this run SCRAPES THE REAL TARGETS of config/ and calls its remedies');
  tell(receivers, 'receivers that lead to the local pager');
  tell(targets, 'targets that are not here and shown as down');
  tell(remedies, 'remedies of targets that are not here, left out');
  tell(fewer, 'played on one machine');
  tell(otherIntervals(own, cluster), 'as drills are timed');
}

/** The configuration bundle that the schedule's input points to. */
async function deployedBundle(
  deployment: Deployment,
  fetchObject: Deployed['fetchObject'],
): Promise<Pick<Deployed, 'pointer' | 'bundle'>> {
  const input = deployment.schedules
    .map((s) => s.input as { config?: ConfigPointer })
    .find((i) => i.config !== undefined);
  if (input?.config === undefined) throw new Error('no deployed schedule carries a pointer to the configuration');
  const bytes = await fetchObject(input.config.bucket, input.config.key);
  return { pointer: input.config, bundle: CONFIG_BUNDLE.parse(Buffer.from(bytes).toString(), 'the deployed bundle') };
}

/** Of the CDK CLI's output: one line per stack. All of it is in the error when it fails. */
function isNews(line: string): boolean {
  return /^\s*(✅|❌)/u.test(line);
}
