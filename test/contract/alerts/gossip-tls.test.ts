import { readFileSync } from 'node:fs';
import { X509Certificate } from 'node:crypto';
import { connect, type ConnectionOptions } from 'node:tls';
import { clusterOf } from '../../../lib/shell/alertmanager/client';
import { PORTS } from '../../../lib/contract/ports';
import { peerBy } from '../../../agent/trust/files';
import { logIn, stateOf } from '../../../lib/core/moving/notification-log';
import { exchangeState } from '../../../lib/shell/alertmanager/gossip';
import { TrustLab } from '../../fixtures/trust-lab';
import { eventually } from '../agent/agent-tools';
import { Alertmanagers } from './alertmanagers';

/** Real Alertmanagers with the certificates that nodes ask for and the issuer gives. */
const alertmanagers = new Alertmanagers(500, 1_000);
const DAY_AND_MORE_MS = 25 * 3_600_000;
const lab = new TrustLab();
// Certificates of tomorrow hold for nobody: the clock of this test ends about now.
lab.now -= DAY_AND_MORE_MS + 10 * 60_000;
const [first, second, stranger] = ['127.31.14.1', '127.31.14.2', '127.31.14.3'] as const;
const nodes = new Map<string, ReturnType<TrustLab['node']>>();
let apis: string[];

const configOf = (address: string): string => nodes.get(address)!.files.gossip(lab.bundle!);
const fileOf = (address: string): string => `${alertmanagers.pathsOf(address).trust}/node.pem`;
const serialOf = (address: string): string => new X509Certificate(readFileSync(fileOf(address))).serialNumber;
const members = async (api: string): Promise<number> =>
  clusterOf(await (await fetch(`http://${api}/api/v2/status`)).text(), api).members;

/** What a listener of gossip shows; rejects when it does not let this one in. */
const handshake = (to: string, options: ConnectionOptions): Promise<string> =>
  new Promise((resolve, reject) => {
    const ca = lab.bundle!.authorities.map(({ certificate }) => certificate);
    const socket = connect({ host: to, port: PORTS.alertmanagerCluster, ca, ...options });
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('closed')));
    // Version 1.3 lets a client in before it has looked at its certificate: who is not refused is asked nothing for a while.
    socket.once('secureConnect', () =>
      setTimeout(() => {
        resolve(socket.getPeerCertificate().serialNumber);
        socket.destroy();
      }, 300),
    );
  });

const told = async (name: string, count: number): Promise<void> => {
  const alert = { labels: { alertname: name }, endsAt: new Date(Date.now() + 600_000).toISOString() };
  const body = JSON.stringify([alert]);
  const headers = { 'Content-Type': 'application/json' };
  for (const api of apis) await fetch(`http://${api}/api/v2/alerts`, { method: 'POST', headers, body });
  await eventually(`${name} is told`, async () => alertmanagers.told(name).length >= count);
  // The other one has waited for its turn by now.
  await new Promise((resolve) => setTimeout(resolve, 4_000));
  expect(alertmanagers.told(name)).toHaveLength(count);
};

beforeAll(async () => {
  await alertmanagers.prepare();
  for (const address of [first, second])
    nodes.set(address, lab.node(address, address, alertmanagers.pathsOf(address).trust));
  await lab.settle();
  expect(lab.bundle!.gossip.tls).toBe(true);
  apis = [alertmanagers.start(first, [], configOf(first)), alertmanagers.start(second, [first], configOf(second))];
  await alertmanagers.settled(apis);
}, 60_000);
afterAll(() => alertmanagers.stop());

test('two that speak TLS tell of an alert once', () => told('Once', 1), 30_000);

test('nobody gets in without a certificate of the cluster', async () => {
  await expect(handshake(first, {})).rejects.toThrow();
  const other = new TrustLab();
  const { trust } = alertmanagers.pathsOf(stranger);
  other.node(stranger, stranger, trust);
  await other.settle();
  const pem = readFileSync(fileOf(stranger));
  await expect(handshake(first, { cert: pem, key: pem })).rejects.toThrow();
  const own = readFileSync(fileOf(second));
  await expect(handshake(first, { cert: own, key: own })).resolves.toBe(serialOf(first));
});

test('the agent of a node gives its Alertmanager what another one has told, as a peer', async () => {
  const entries = [{ groupKey: '{}/{}:{alertname="Given"}', firing: [], resolved: [], muted: [] }];
  const [once] = logIn(
    await exchangeState(first, PORTS.alertmanagerCluster, new Uint8Array(), 5_000, peerBy(configOf(first))),
  );
  const state = stateOf(entries.map((entry) => ({ ...entry, rest: once!.rest, beside: once!.beside })));
  await exchangeState(first, PORTS.alertmanagerCluster, state, 5_000, peerBy(configOf(first)));
  for (const address of [first, second])
    await eventually(`${address} knows it`, async () => {
      const state_ = await exchangeState(
        address,
        PORTS.alertmanagerCluster,
        new Uint8Array(),
        5_000,
        peerBy(configOf(address)),
      );
      return logIn(state_).some(({ groupKey }) => groupKey.includes('Given'));
    });
  await expect(exchangeState(first, PORTS.alertmanagerCluster, new Uint8Array(), 5_000)).rejects.toThrow(
    'gives no state',
  );
}, 60_000);

test('one that speaks plainly does not get in either', async () => {
  const api = alertmanagers.start(stranger, [first, second]);
  await eventually('it answers', () => members(api).catch(() => false));
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  expect(await Promise.all(apis.map(members))).toEqual([2, 2]);
  expect(await members(api)).toBe(1);
  await alertmanagers.kill([stranger]);
}, 30_000);

test('a renewed certificate is shown without a restart, and one that starts with it is let in', async () => {
  const before = [first, second].map(serialOf);
  lab.now += DAY_AND_MORE_MS;
  await lab.settle();
  const after = [first, second].map(serialOf);
  expect(after.filter((serial) => before.includes(serial))).toEqual([]);
  const own = readFileSync(fileOf(second));
  await expect(handshake(first, { cert: own, key: own })).resolves.toBe(after[0]);
  await told('Renewed', 1);
  await alertmanagers.kill([second]);
  alertmanagers.start(second, [first], configOf(second));
  await alertmanagers.settled(apis);
  await told('StartedAnew', 1);
}, 60_000);
