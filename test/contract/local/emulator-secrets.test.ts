import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { PolicyDocument } from 'aws-cdk-lib/aws-iam';
import { CreateKeyCommand, CreateAliasCommand, KMSClient } from '@aws-sdk/client-kms';
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { copyOnVolume } from '../../../agent/secrets/copy';
import { fetchSecrets } from '../../../agent/secrets/source';
import { referenceKey, secretsKeyAlias, type SecretReference } from '../../../lib/contract/documents/secrets';
import { loadCluster } from '../../../lib/infra/config/load';
import { secretStatements } from '../../../lib/infra/constructs/nodes/secret-statements';
import { deployedSessions } from '../../../local/run/deploy/credentials';
import { putSecrets } from '../../../local/run/deploy/local-secrets';
import { startEmulator, type Emulator } from '../../../local/emulator/deploy';
import { serveEvaluator } from '../../../local/iam/service';
import { resolveTools } from '../../../local/tools';
import { FIXTURE_CONFIG } from '../../fixtures/config-dir';
import { ended } from './deployed-roles';

const REGION = 'eu-west-1';
const DECLARED = {
  A: { secretsManager: 'mine' },
  B: { secretsManager: 'mine-too', jsonKey: 'k' },
  C: { parameter: '/mine' },
};
const OTHERS = { D: { secretsManager: 'others' }, E: { parameter: '/others' } };
const VALUES = { A: 'a', B: 'b', C: 'c', D: 'd', E: 'e' };
/** As in cdk.json: `aws` instead of a reference. */
const PARTITIONS = { '@aws-cdk/core:enablePartitionLiterals': true };
const dir = mkdtempSync(join(tmpdir(), 'promha-secrets-'));
const before = { ...process.env };
let emulator: Emulator;
let evaluator: { close(): Promise<void> };
let endpoint: string;

/** The environment of a process that calls with a role of these statements. */
async function become(name: string, statements: object): Promise<void> {
  const iam = new IAMClient({
    endpoint,
    region: REGION,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  await iam.send(
    new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument: '{"Version":"2012-10-17","Statement":[]}' }),
  );
  const PolicyDocument = JSON.stringify(statements);
  await iam.send(new PutRolePolicyCommand({ RoleName: name, PolicyName: 'node', PolicyDocument }));
  const session = await deployedSessions(endpoint)({ role: name }, name);
  Object.assign(process.env, { AWS_ENDPOINT_URL: endpoint, AWS_REGION: REGION, ...session });
}

/** As the stack of the nodes has them. */
function statementsOf(keyArn: string): object {
  const stack = new Stack(new App({ context: PARTITIONS }), 'nodes', {
    env: { region: REGION, account: '123456789012' },
  });
  const cluster = { ...loadCluster(join(FIXTURE_CONFIG, 'cluster.ts')), secrets: DECLARED };
  return stack.resolve(new PolicyDocument({ statements: secretStatements(stack, cluster, keyArn) })) as object;
}

let keyArn: string;
beforeAll(async () => {
  const { moto_server } = await resolveTools(['moto_server']);
  evaluator = await serveEvaluator(join(dir, 'iam.sock'), () => undefined);
  emulator = await startEmulator({
    authorize: join(dir, 'iam.sock'),
    python: moto_server.python,
    env: moto_server.env,
    listen: ['127.0.0.1:0'],
    log: join(dir, 'emulator.log'),
  });
  endpoint = `http://${emulator.listen[0]}`;
  await putSecrets({ ...DECLARED, ...OTHERS }, VALUES, { endpoint, region: REGION });
  const kms = new KMSClient({
    endpoint,
    region: REGION,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
  keyArn = KeyMetadata!.Arn!;
  await kms.send(new CreateAliasCommand({ AliasName: secretsKeyAlias('test', 0), TargetKeyId: KeyMetadata!.KeyId }));
}, 60_000);

afterAll(async () => {
  process.env = before;
  await emulator?.stop();
  await evaluator?.close();
  rmSync(dir, { recursive: true });
});

const fetched = async (references: Readonly<Record<string, SecretReference>>): Promise<Record<string, unknown>> => {
  const answers = await fetchSecrets(Object.values(references));
  return Object.fromEntries(Object.entries(references).map(([name, one]) => [name, answers.get(referenceKey(one))]));
};

test('a node reads what is declared, and is refused every other one, which keeps none of them back', async () => {
  await become('reader', statementsOf(keyArn));
  expect(await fetched(DECLARED)).toEqual({ A: { text: 'a' }, B: { text: 'b' }, C: { text: 'c' } });
  expect(await fetched({ A: DECLARED.A, D: OTHERS.D })).toEqual({
    A: { text: 'a' },
    D: { because: 'AccessDeniedException' },
  });
  expect(await fetched({ E: OTHERS.E })).toEqual({ E: { because: expect.stringContaining('AccessDenied') } });
  expect(await fetched({ F: { secretsManager: 'mine', jsonKey: 'x' } })).toEqual({
    F: { because: expect.any(String) },
  });
});

test('its copy is written and read with the key, and is worth nothing without it', async () => {
  const copy = copyOnVolume(join(dir, 'copy', 'last-good.json'), { cluster: 'test', shard: 0 });
  const values = { version: 1, values: { a: 'b' }, fetchedAt: '2026-11-28T00:00:00.000Z' } as const;
  await copy.write(values);
  expect(await copy.read()).toEqual(values);
  // Another cluster's is no copy of this one: KMS takes the context into account.
  const other = copyOnVolume(join(dir, 'copy', 'last-good.json'), { cluster: 'test', shard: 1 });
  expect(await ended(other.read())).not.toBe('ok');
  await become('nobody', {
    Version: '2012-10-17',
    Statement: { Effect: 'Allow', Action: 'sts:GetCallerIdentity', Resource: '*' },
  });
  expect(await ended(copy.read())).toBe('AccessDeniedException');
  expect(await ended(copy.write(values))).toBe('AccessDeniedException');
  expect(await fetched({ A: DECLARED.A })).toEqual({ A: { because: expect.stringContaining('AccessDenied') } });
});
