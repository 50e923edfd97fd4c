import { randomUUID } from 'node:crypto';

export interface InstanceIdentity {
  readonly instanceId: string;
  readonly address: string;
  readonly zone: string;
  readonly region: string;
}

/** What the instance's role calls with. */
export interface RoleCredentials {
  readonly role: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly token: string;
}

/** The rest of what cloud-init and the AWS SDKs ask for. */
export interface BootMetadata {
  readonly userData: string;
  /** null: the instance has no role. */
  readonly credentials: RoleCredentials | null;
  readonly account: string;
}

/** A directory of the service, or what a file of it says. */
type Entry = string | { readonly [name: string]: Entry };

export interface MetadataRequest {
  readonly method: string;
  readonly path: string;
  /** X-aws-ec2-metadata-token */
  readonly token: string | undefined;
}

export interface MetadataAnswer {
  readonly status: number;
  readonly body: string;
}

const VERSIONS = ['2016-09-02', '2018-09-24', '2021-03-23', 'latest'];
const CREDENTIALS_MS = 6 * 3_600_000;

/** What the service knows of an instance, as https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-categories.html has it. */
export function metadataOf(identity: InstanceIdentity, boot: BootMetadata | null, now: Date): Entry {
  const { instanceId, address, zone, region } = identity;
  const name = `ip-${address.replaceAll('.', '-')}.${region}.compute.internal`;
  const metadata = {
    'instance-id': instanceId,
    'local-ipv4': address,
    'local-hostname': name,
    hostname: name,
    placement: { 'availability-zone': zone, region },
    services: { domain: 'amazonaws.com', partition: 'aws' },
  };
  if (boot === null) return { 'meta-data': metadata };
  const document = { instanceId, region, availabilityZone: zone, privateIp: address, accountId: boot.account };
  return {
    'user-data': boot.userData,
    dynamic: { 'instance-identity': { document: JSON.stringify(document) } },
    'meta-data': {
      ...metadata,
      ...(boot.credentials && { iam: { 'security-credentials': credentialsOf(boot.credentials, now) } }),
    },
  };
}

function credentialsOf({ role, accessKeyId, secretAccessKey, token }: RoleCredentials, now: Date): Entry {
  const at = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;
  const found = {
    Code: 'Success',
    Type: 'AWS-HMAC',
    LastUpdated: at(now.getTime()),
    AccessKeyId: accessKeyId,
    SecretAccessKey: secretAccessKey,
    Token: token,
    Expiration: at(now.getTime() + CREDENTIALS_MS),
  };
  return { [role]: JSON.stringify(found) };
}

/** The service, version 2 only: version 1 is switched off by the launch template. */
export function metadataService(tree: Entry): (request: MetadataRequest) => MetadataAnswer {
  const session = randomUUID();
  return ({ method, path, token }) => {
    if (method === 'PUT') return path === '/latest/api/token' ? said(session) : NOT_THERE;
    if (token !== session) return { status: 401, body: '' };
    const [version, ...names] = path.split('/').filter(Boolean);
    if (version === undefined) return said(VERSIONS.join('\n'));
    let found: Entry | undefined = VERSIONS.includes(version) ? tree : undefined;
    for (const name of names) found = below(found, name);
    if (found === undefined) return NOT_THERE;
    return said(typeof found === 'string' ? found : listing(found));
  };
}

const below = (entry: Entry | undefined, name: string): Entry | undefined =>
  typeof entry === 'object' && Object.hasOwn(entry, name) ? entry[name] : undefined;

const said = (body: string): MetadataAnswer => ({ status: 200, body });
const NOT_THERE: MetadataAnswer = { status: 404, body: '' };

/** The service's own listings have a slash behind what has more below. */
const listing = (directory: Exclude<Entry, string>): string =>
  Object.entries(directory)
    .map(([name, entry]) => (typeof entry === 'string' || name === 'user-data' ? name : `${name}/`))
    .join('\n');
