import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { ownKey, TrustLab } from '../../../fixtures/trust-lab';

const HOUR = 3_600_000;
let dir: string;
let lab: TrustLab;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'promha-trust-'));
  lab = new TrustLab();
});
afterEach(() => rmSync(dir, { recursive: true }));
const pem = (): string => readFileSync(join(dir, 'node.pem'), 'utf8');

test('a node has a certificate for its key and address, in a file that nobody else reads', async () => {
  const { keeper, files } = lab.node('a', '10.0.0.1', dir);
  expect(keeper.certified).toBe(false);
  await lab.settle();
  expect(keeper).toMatchObject({ certified: true, asks: null, refused: null });
  const certificate = new X509Certificate(pem());
  expect(certificate.checkPrivateKey(createPrivateKey(pem()))).toBe(true);
  expect(certificate.checkIP('10.0.0.1')).toBe('10.0.0.1');
  expect(statSync(join(dir, 'node.pem')).mode & 0o777).toBe(0o600);
  expect(readFileSync(files.gossip(lab.bundle!), 'utf8')).toContain(join(dir, 'node.pem'));
  expect(lab.bundle!.gossip.tls).toBe(true);
});

test('it is renewed a day later, with another key', async () => {
  lab.node('a', '10.0.0.1', dir);
  await lab.settle();
  const first = pem();
  lab.now += 22 * HOUR;
  await lab.settle();
  expect(pem()).toBe(first);
  lab.now += 2 * HOUR;
  await lab.settle();
  expect(pem()).not.toBe(first);
});

test('while the issuer is away it stays in use, also for an agent that starts anew, and is renewed when that is back', async () => {
  const { keeper } = lab.node('a', '10.0.0.1', dir);
  await lab.settle();
  const first = pem();
  for (let hours = 0; hours < 6 * 24; hours += 1) {
    lab.now += HOUR;
    await lab.nodesLook();
    expect(keeper).toMatchObject({ certified: true, refused: null });
  }
  expect(keeper.asks).toMatch(/h old/);
  const { keeper: anew } = lab.node('a', '10.0.0.1', dir);
  expect(anew).toMatchObject({ certified: true, bundle: { gossip: { tls: true } } });
  expect(pem()).toBe(first);
  await lab.settle();
  expect(pem()).not.toBe(first);
});

test('a key that is gone, another address: it asks anew', async () => {
  lab.node('a', '10.0.0.1', dir);
  await lab.settle();
  const { keeper: moved } = lab.node('a', '10.0.0.2', dir);
  expect(moved.certified).toBe(false);
  await lab.settle();
  expect(moved.certified).toBe(true);
  rmSync(join(dir, 'node.pem'));
  const { keeper } = lab.node('a', '10.0.0.2', dir);
  expect(keeper.own).toBeNull();
  await lab.settle();
  expect(existsSync(join(dir, 'node.pem'))).toBe(true);
});

test('a certificate that is not what was asked for is not taken, with a sentence', async () => {
  const { keeper } = lab.node('a', '10.0.0.1', dir);
  await lab.settle();
  const first = pem();
  const stale = lab.answers.get('a')!;
  lab.now += 25 * HOUR;
  await lab.nodesLook();
  lab.answers.set('a', { ...stale, publicKey: lab.requests.get('a')!.publicKey });
  await lab.nodesLook();
  expect(keeper).toMatchObject({ refused: 'The certificate is for another key.', asks: null, certified: true });
  expect(pem()).toBe(first);
  await lab.nodesLook();
  expect(keeper.asks).toBeNull();
  lab.now += 6 * 60_000;
  await lab.settle();
  expect(keeper).toMatchObject({ refused: null, certified: true });
  expect(pem()).not.toBe(first);
});

test('another authority: every node has a certificate of it before the first is forgotten', async () => {
  const { keeper } = lab.node('a', '10.0.0.1', dir);
  await lab.settle();
  const [before] = lab.bundle!.authorities;
  lab.key = ownKey();
  await lab.issue();
  expect(lab.bundle!.authorities.map(({ publicKey }) => publicKey)).toEqual([
    await lab.key.publicKey(),
    before!.publicKey,
  ]);
  for (let i = 0; i < 4; i += 1) {
    lab.now += 61_000;
    await lab.nodesLook();
    expect(keeper.certified).toBe(true);
    await lab.issue();
  }
  expect(keeper.own!.answer.given!.authority).toBe(await lab.key.publicKey());
  expect(lab.bundle!.authorities).toHaveLength(1);
});
