import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { CreateKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { DEFAULT_POLICY } from '../../../lib/contract/documents/policy';
import { ENV } from '../../../lib/contract/environment';
import { KEYS } from '../../../lib/contract/keys';
import { makeRequest } from '../../../lib/shell/trust/request';
import { s3TrustStore, type TrustStore } from '../../../lib/shell/trust/store';
import type { FunctionRunner } from '../../../local/run/functions/function';
import { anAnnouncement } from '../../fixtures/builders';
import { BUCKET, FunctionLab } from './function-lab';

/** The bundled function in a process of its own, with a key of the emulator's KMS. */
let lab: FunctionLab;
let trust: TrustStore;
let runner: FunctionRunner;
const A = { shard: 0, node: 'a' };

beforeAll(async () => {
  lab = await FunctionLab.start();
  const kms = new KMSClient(lab.client);
  const made = await kms.send(new CreateKeyCommand({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' }));
  kms.destroy();
  trust = s3TrustStore(lab.s3, BUCKET, 5_000);
  runner = lab.deploy({
    name: 'issue-certificates',
    entry: lab.build('issue-certificates'),
    policy: DEFAULT_POLICY,
    timeoutMs: 60_000,
    environment: { [ENV.authorityKey]: made.KeyMetadata!.Arn! },
  });
}, 60_000);
afterAll(() => lab.stop());

test('a node is given what it asks for, and the cluster changes over to TLS once it says that it has it', async () => {
  const announced = { ...anAnnouncement('a'), address: '10.1.2.3', at: new Date().toISOString() };
  await lab.store().writeAnnouncement(announced);
  // What nobody can read is the loss of whoever wrote it.
  await lab.store().writeAnnouncement({ ...announced, node: 'b' });
  const Key = KEYS.certificateRequest(0, 'b');
  await lab.s3.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body: '{"version":2}' }));
  const key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  const of = { ...A, address: '10.1.2.3', at: new Date().toISOString() };
  await trust.writeRequest(makeRequest('test', of, key));

  const running = runner.invoke({ source: 'health-check', forMs: 1_000 });
  let answer = await trust.readAnswer(A);
  for (; answer === null; answer = await trust.readAnswer(A)) await new Promise((resolve) => setTimeout(resolve, 200));
  const { bundle } = (await trust.readBundle())!;
  expect(bundle).toMatchObject({ generation: 1, gossip: { tls: false } });
  const [authority] = bundle.authorities;
  const { certificate, until } = answer.given!;
  const given = new X509Certificate(certificate);
  expect(given.verify(new X509Certificate(authority!.certificate).publicKey)).toBe(true);
  expect(given.checkPrivateKey(key)).toBe(true);
  expect(given.checkIP('10.1.2.3')).toBe('10.1.2.3');
  expect(Date.parse(until) - Date.now()).toBeGreaterThan(6.9 * 86_400_000);
  expect(await trust.readAnswer({ ...A, node: 'b' })).toBeNull();

  for (const node of ['a', 'b'])
    await lab.store().writeAnnouncement({ ...announced, node, trust: { until, authority: authority!.publicKey } });
  await expect(running).resolves.toMatchObject({ ok: true, value: { because: expect.stringContaining('TLS') } });
  expect((await trust.readBundle())!.bundle).toMatchObject({ generation: 2, gossip: { tls: true } });
}, 60_000);

test('a request that is not the node’s own is refused in a sentence, and stays so', async () => {
  const key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  const request = makeRequest('another cluster', { ...A, address: '10.1.2.3', at: new Date().toISOString() }, key);
  await trust.writeRequest(request);
  expect(await runner.invoke({ source: 'schedule' })).toMatchObject({ ok: true });
  expect(await trust.readAnswer(A)).toMatchObject({
    publicKey: request.publicKey,
    given: null,
    refused: 'The request is not signed with the key that it asks for.',
  });
}, 60_000);
