import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { EC2Client } from '@aws-sdk/client-ec2';
import { UserError } from '../../../lib/contract/errors';
import { ENV } from '../../../lib/contract/environment';
import { runDir } from '../../../lib/shell/local/run-state';
import { s3ControlStore } from '../../../lib/shell/assignment/store';
import { newStart } from '../../run/new-start';
import { CONTAINED, LOCAL_THANOS } from '../../run/deploy/overlay';
import { LOCAL_CREDENTIALS } from '../../run/deploy/read-back';
import type { Cleanup } from '../../run/hosts/cleanup';
import { namespacesAvailable } from '../../run/hosts/network';
import { DNS_PORT, startDnsServer } from '../../run/names/dns-server';
import { deploy, type Deployed } from '../../run/phases/deploy-phase';
import { prepare, type Prepared } from '../../run/phases/prepare-phase';
import type { Start } from '../../run/start-options';
import type { Teeth } from '../../run/teeth';
import { resolveTools, type ResolvedTool } from '../../tools';
import { rootImage } from '../image/image';
import { readHierarchies, removeLeftMachines, type Hierarchies } from '../machine/cgroups';
import { packReleases, releaseSettings, type PackedRelease, type Release } from './releases';
import { packThanos, type PackedImage } from './thanos-image';
import { serveWeb, WEB_HOST, type Web } from './web';

/** The user's mirror of artifacts. */
const MIRROR = 'artifact-mirror-of-the-user';
const STORE_TIMEOUT_MS = 5_000;

export interface BedOptions {
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
  readonly cleanup: Cleanup;
  readonly teeth: Teeth;
  /** Deployed with a mirror of artifacts, and the internet is not there; else without one, as config/ is shipped. */
  readonly mirror: boolean;
}

/** What one instance needs to boot: everything is deployed, AWS's APIs answer, no function and no other node runs. */
export interface BootBed {
  readonly start: Start;
  readonly prepared: Prepared;
  readonly deployed: Deployed;
  readonly hierarchies: Hierarchies;
  readonly nspawn: ResolvedTool;
  readonly mkfs: ResolvedTool;
  /** The root that instances boot from. */
  readonly image: string;
  /** Nodes get a sidecar and a query. */
  readonly thanos: boolean;
  readonly ec2: EC2Client;
  /** null: the internet is not there. */
  readonly web: Web | null;
  /** Names that were asked for and are none here. */
  readonly unknownNames: readonly string[];
  readonly putRelease: (release: Release, content?: Uint8Array) => Promise<void>;
}

/** @throws UserError where this machine cannot boot an instance, saying why */
export async function makeBed({ say, signal, cleanup, teeth, mirror }: BedOptions): Promise<BootBed> {
  const hierarchies = requireMachine();
  await removeLeftMachines();
  const progress = (line: string): void => say(`· ${line}`);
  const { start } = newStart(
    {
      onProgress: progress,
      onEvent: () => {},
      verbose: false,
      signal,
      builds: 'all-but-thanos',
      reach: CONTAINED,
      teeth,
    },
    cleanup,
    runDir(),
  );
  const { mmdebstrap, 'systemd-nspawn': nspawn } = await resolveTools(['mmdebstrap', 'systemd-nspawn'], {
    onProgress: progress,
    signal,
  });
  const image = await start.step('root of instances', () => rootImage({ mmdebstrap, onProgress: progress, signal }));
  const found = await prepare(start);
  // Sidecars come from a registry, which is not here, or from a mirror.
  const prepared: Prepared = { ...found, thanos: mirror ? found.thanos : null };
  if (prepared.mkfs === null) throw cannot('no volumes: see above');
  start.save({ teeth });
  const releases = await start.step('packing the programs as releases', () =>
    packReleases(prepared.tools, join(start.dir, 'releases')),
  );
  const thanos = prepared.thanos === null ? null : await packThanos(prepared.thanos, join(start.dir, 'releases'));
  const settings = {
    artifacts: releaseSettings(releases),
    artifactMirror: mirror ? MIRROR : null,
    ...(thanos !== null && { thanos: { ...LOCAL_THANOS, image: thanos.image } }),
  };
  const deployed = await deploy(start, prepared, settings);
  const putRelease = await controlPlane(deployed, prepared, releases, mirror, thanos);
  const web = mirror ? null : await internet(start, prepared, image, Object.values(releases));
  const unknownNames = await names(start, prepared, web !== null);
  const ec2 = new EC2Client({
    endpoint: deployed.endpoint,
    region: prepared.region,
    credentials: LOCAL_CREDENTIALS,
  });
  return {
    start,
    prepared,
    deployed,
    hierarchies,
    nspawn,
    mkfs: prepared.mkfs,
    image,
    thanos: thanos !== null,
    ec2,
    web,
    unknownNames,
    putRelease,
  };
}

function requireMachine(): Hierarchies {
  const namespaces = namespacesAvailable();
  if (!namespaces.ok) throw cannot(namespaces.why);
  const hierarchies = readHierarchies();
  if (hierarchies === null) throw cannot('no cgroups of systemd below /sys/fs/cgroup');
  return hierarchies;
}

const cannot = (got: string): UserError =>
  new UserError({
    what: 'an instance cannot really boot here',
    got,
    expected: 'root on Linux with network namespaces, loop devices and cgroups',
    fix: 'the other drills play the instances: npm run drill -- --list',
  });

/** What the first health check would write, and the mirror's content. */
async function controlPlane(
  { endpoint, deployment, pointer }: Deployed,
  { region }: Prepared,
  releases: Readonly<Record<Release, PackedRelease>>,
  mirror: boolean,
  thanos: PackedImage | null,
): Promise<BootBed['putRelease']> {
  const s3 = new S3Client({ endpoint, region, credentials: LOCAL_CREDENTIALS, forcePathStyle: true });
  const control = deployment.functions[0]!.environment[ENV.controlBucket]!;
  const store = s3ControlStore(s3, control, 0, STORE_TIMEOUT_MS);
  await store.writeConfigPointer(pointer, null);
  const putRelease = async (release: Release, content?: Uint8Array): Promise<void> => {
    const { name: Key, file } = releases[release];
    await s3.send(new PutObjectCommand({ Bucket: MIRROR, Key, Body: content ?? readFileSync(file) }));
  };
  if (mirror) {
    await s3.send(
      new CreateBucketCommand({ Bucket: MIRROR, CreateBucketConfiguration: { LocationConstraint: region as never } }),
    );
    await putRelease('prometheus');
    await putRelease('alertmanager');
    for (const [Key, Body] of Object.entries(thanos?.blobs ?? {}))
      await s3.send(new PutObjectCommand({ Bucket: MIRROR, Key, Body }));
  }
  return putRelease;
}

async function internet(
  start: Start,
  { network }: Prepared,
  image: string,
  releases: readonly PackedRelease[],
): Promise<Web> {
  const web = await start.step('the internet: releases on GitHub', () =>
    serveWeb(network.hostAddress, join(start.dir, 'web'), image, releases),
  );
  start.cleanup.defer('close the internet', () => web.close());
  return web;
}

async function names({ cleanup }: Start, { network }: Prepared, internetIsThere: boolean): Promise<readonly string[]> {
  const unknown: string[] = [];
  const lookup = (name: string) => {
    if (name === WEB_HOST && internetIsThere) return { addresses: [network.hostAddress], ttlS: 60 };
    unknown.push(name);
    return null;
  };
  const dns = await startDnsServer(network.hostAddress, lookup, DNS_PORT);
  cleanup.defer('close the name server', () => dns.close());
  return unknown;
}
