import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudFormationClient, CreateStackCommand } from '@aws-sdk/client-cloudformation';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { loadConfiguration } from '../../../lib/infra/config/load';
import {
  assemblyIn,
  bootstrap,
  EMULATOR_ACCOUNT,
  startEmulator,
  type Assembly,
  type Emulator,
} from '../../../local/emulator/deploy';
import { resolveTools } from '../../../local/tools';
import { FIXTURE_CONFIG } from '../../fixtures/config-dir';
import { recordedRelease } from '../../fixtures/releases/recorded';
import { assemble } from '../../infra/synthesize';
import { census } from './census';
import { stackState } from './stack-state';

/** What 0.1.0 deployed, upgraded as docs/deploying.md says, by the real CDK CLI. */
const REGION = 'eu-west-1';
const release = recordedRelease('0.1.0');
const dir = mkdtempSync(join(tmpdir(), 'promha-upgrade-'));
const directories = [dir];
let emulator: Emulator;
const client = () => ({
  endpoint: `http://${emulator.listen[0]}`,
  region: REGION,
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  forcePathStyle: true,
});

/** An empty archive: nobody calls the functions here. */
const EMPTY_ZIP = Buffer.concat([Buffer.from('PK\x05\x06'), Buffer.alloc(18)]);

async function deployRecorded(): Promise<void> {
  const s3 = new S3Client(client());
  const assets = new Set(JSON.stringify(release).match(/[0-9a-f]{64}\.\w+/g));
  for (const Key of assets) {
    const Bucket = `cdk-hnb659fds-assets-${EMULATOR_ACCOUNT}-${REGION}`;
    await s3.send(new PutObjectCommand({ Bucket, Key, Body: EMPTY_ZIP }));
  }
  const cloudFormation = new CloudFormationClient(client());
  for (const part of ['stateful', 'network', 'query', 'thanos', 'control', 'nodes']) {
    const { stackName, template, terminationProtection } = release[part]!;
    await cloudFormation.send(
      new CreateStackCommand({
        StackName: stackName,
        TemplateBody: JSON.stringify(template),
        EnableTerminationProtection: terminationProtection,
        Capabilities: ['CAPABILITY_NAMED_IAM'],
      }),
    );
    expect(await stackState(client(), stackName)).toEqual({ status: 'CREATE_COMPLETE', failed: {} });
  }
}

/** What the CDK makes of the tests' configuration. `context`: what `-c` says. */
function synthesized(port: number, context: Record<string, string> = {}): Assembly {
  const { cluster, bundle } = loadConfiguration(join(FIXTURE_CONFIG, 'cluster.ts'), FIXTURE_CONFIG);
  const made = assemble(cluster, bundle, context);
  directories.push(made.dir);
  return assemblyIn(made.dir, { port, region: REGION, onProgress: () => undefined });
}

let port: number;
beforeAll(async () => {
  const { moto_server: python } = await resolveTools(['moto_server']);
  emulator = await startEmulator({
    python: python.python,
    env: python.env,
    listen: ['127.0.0.1:0'],
    log: join(dir, 'emulator.log'),
    lambdaConcurrency: 10,
  });
  port = Number(emulator.listen[0]!.split(':')[1]);
  await bootstrap({ port, region: REGION, onProgress: () => undefined });
  await deployRecorded();
}, 600_000);

afterAll(async () => {
  await emulator?.stop();
  for (const made of directories) rmSync(made, { recursive: true });
});

test('0.1.0 is upgraded in two deploys, which keep its volumes, buckets, machines and load balancer', async () => {
  const before = await census(client());
  expect([before.volumes, before.buckets, before.instances].map((all) => all?.length)).toEqual([2, 2, 2]);
  await expect(synthesized(port).deploy()).rejects.toThrow(/trading-metrics-query:ExportsOutputRefPrometheus/);
  await synthesized(port, { upgradeFrom: '0.1.0' }).deploy();
  await synthesized(port).deploy();
  const after = await census(client());
  for (const kind of ['volumes', 'buckets', 'instances', 'loadBalancers', 'natGateways', 'addresses', 'vpcs']) {
    expect([kind, after[kind]]).toEqual([kind, before[kind]]);
  }
  expect(after.alarms).not.toContain('trading-metrics-block-damaged');
  expect(after.functions).toContain('trading-metrics-relay');
}, 600_000);
