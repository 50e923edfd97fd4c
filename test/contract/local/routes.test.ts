import { mkdtempSync, rmSync } from 'node:fs';
import { Agent } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudFormationClient, CreateStackCommand, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { DescribeSubnetsCommand, DescribeVolumesCommand, EC2Client } from '@aws-sdk/client-ec2';
import { ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import { startEmulator, type Emulator } from '../../../local/emulator/deploy';
import { readSecurityGroups } from '../../../local/run/groups/read';
import { Routes } from '../../../local/run/routes/player';
import { resolveTools } from '../../../local/tools';
import { synthesize, type Resource } from '../../infra/synthesize';

/** Our own network, in a range whose addresses this machine has: a host of it calls from there. */
const RANGE = '127.90';
const dir = mkdtempSync(join(tmpdir(), 'promha-routes-'));
let emulator: Emulator;
let client: { endpoint: string; region: string; credentials: { accessKeyId: string; secretAccessKey: string } };

interface Template {
  readonly Resources: Readonly<Record<string, Resource>>;
}
const templates = new Map<'nat' | 'endpoints', Template>();

beforeAll(async () => {
  for (const egress of ['nat', 'endpoints'] as const) {
    const made = synthesize(undefined, (c) => ({
      ...c,
      artifactMirror: 'mirror',
      network: { kind: 'new', cidr: `${RANGE}.0.0/20`, egress },
    }));
    // Only its resources: nobody has bootstrapped this account.
    templates.set(egress, { Resources: made.stacks.network! });
    rmSync(made.dir, { recursive: true });
  }
  const { moto_server } = await resolveTools(['moto_server']);
  const { python, env } = moto_server;
  emulator = await startEmulator({ python, env, listen: ['127.0.0.1:0'], log: join(dir, 'emulator.log') });
  client = {
    endpoint: `http://${emulator.listen[0]}`,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  };
}, 180_000);

afterAll(async () => {
  await emulator.stop();
  rmSync(dir, { recursive: true });
});

/** What a host in the first private subnet of that network gets an answer of. */
async function answered(template: Template, range: string): Promise<string[]> {
  const ec2 = new EC2Client(client);
  // A stack for each: the emulator does not delete a VPC with endpoints.
  const TemplateBody = JSON.stringify(template).replaceAll(RANGE, range);
  await new CloudFormationClient(client).send(
    new CreateStackCommand({ StackName: `network-${range.replace('.', '-')}`, TemplateBody }),
  );
  const { Subnets = [] } = await ec2.send(new DescribeSubnetsCommand({}));
  const ours = Subnets.filter(({ CidrBlock }) => CidrBlock!.startsWith(range));
  const nodes = ours.find(({ Tags = [] }) => Tags.some(({ Value }) => /\/nodesSubnet1$/.test(Value!)))!;
  const address = nodes.CidrBlock!.replace(/\d+\/\d+$/, '9');
  const routes = new Routes({ ec2, endpoint: client.endpoint, onEvent: fail });
  routes.join({ address, groups: [] });
  await routes.refresh();
  return answeredAt(address);
}

const fail = (what: string): never => {
  throw new Error(what);
};

async function answeredAt(localAddress: string): Promise<string[]> {
  const options = { ...client, maxAttempts: 1, requestHandler: { httpAgent: new Agent({ localAddress }) } };
  const calls: Record<string, (abortSignal: AbortSignal) => Promise<unknown>> = {
    s3: (abortSignal) => new S3Client(options).send(new ListBucketsCommand({}), { abortSignal }),
    ec2: (abortSignal) => new EC2Client(options).send(new DescribeVolumesCommand({}), { abortSignal }),
    cloudformation: (abortSignal) =>
      new CloudFormationClient(options).send(new DescribeStacksCommand({}), { abortSignal }),
  };
  const outcomes = await Promise.all(
    Object.entries(calls).map(([service, call]) =>
      call(AbortSignal.timeout(1_500)).then(
        () => [service],
        (error: Error) => {
          // Silence, and not a refusal.
          expect([service, error.name]).toEqual([service, 'AbortError']);
          return [];
        },
      ),
    ),
  );
  return outcomes.flat();
}

const without = ({ Resources }: Template, lost: (r: Resource) => boolean): Template => ({
  Resources: Object.fromEntries(Object.entries(Resources).filter(([, resource]) => !lost(resource))),
});
const endpointTo =
  (service: string) =>
  ({ Type, Properties }: Resource): boolean =>
    Type === 'AWS::EC2::VPCEndpoint' && JSON.stringify(Properties.ServiceName).includes(`.${service}"`);
const toNat = ({ Type, Properties }: Resource): boolean =>
  Type === 'AWS::EC2::Route' && Properties.NatGatewayId !== undefined;

const ALL = ['s3', 'ec2', 'cloudformation'];
test('groups let out what was deployed, and no more', async () => {
  await answered(templates.get('nat')!, '127.89');
  const groups = [...(await readSecurityGroups(new EC2Client(client))).values()];
  const outOf = (end: string): string[] =>
    groups
      .find(({ name }) => name.startsWith('network-127-89') && name.includes(end))!
      .egress.map(({ protocol, fromPort, toPort, peer }) => {
        const named = 'group' in peer ? groups.find(({ id }) => id === peer.group)!.name : peer.cidr;
        return `${protocol} ${fromPort}-${toPort} ${named.replace(/.*Traffic(\w+?)[0-9A-F]{8}.*/, '$1')}`;
      })
      .sort();
  expect(outOf('TrafficThanos')).toEqual(['tcp 10901-10901 Nodes', 'tcp 10901-10901 Thanos', 'tcp 443-443 0.0.0.0/0']);
  expect(outOf('TrafficNodes')).toEqual(['-1 0-65535 0.0.0.0/0']);
});

const CASES: [string, () => Template, string[]][] = [
  ['by NAT gateways', () => templates.get('nat')!, ALL],
  ['by endpoints', () => templates.get('endpoints')!, ALL],
  ['by endpoints, but none to S3', () => without(templates.get('endpoints')!, endpointTo('s3')), ALL.slice(1)],
  [
    'by endpoints, but none to EC2',
    () => without(templates.get('endpoints')!, endpointTo('ec2')),
    ['s3', 'cloudformation'],
  ],
  ['without a route to the NAT gateways: S3 has its own', () => without(templates.get('nat')!, toNat), ['s3']],
];
test.each(CASES)("AWS's APIs, as the deployed network lets a host reach them: %s", async (says, template, services) => {
  const range = `127.${90 + CASES.findIndex(([name]) => name === says)}`;
  expect(await answered(template(), range)).toEqual(services);
});
