import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { gossipArgument } from '../../../../agent/process/programs';
import { Gossip } from '../../../../agent/trust/gossip';
import type { TrustBundle } from '../../../../lib/contract/documents/trust';

const authority = (publicKey: string) => ({ publicKey, certificate: publicKey, until: '2036-01-01T00:00:00.000Z' });
const bundleOf = (tls: boolean, ...authorities: string[]): TrustBundle => ({
  version: 1,
  generation: 1,
  authorities: authorities.map(authority),
  gossip: { tls, since: '2026-01-01T00:00:00.000Z' },
});

/** An Alertmanager of which only the arguments count. */
let child: ChildProcess | null = null;
const keeper = { bundle: bundleOf(false, 'a') as TrustBundle | null | 'unknown', certified: true };
let others = true;
let elapsed = 0;
const did: string[] = [];
const files = { gossip: ({ authorities }: TrustBundle) => `/${authorities.map((a) => a.publicKey).join('+')}.yml` };
const end = async (): Promise<void> => {
  if (child === null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
  child = null;
};
const make = (): Gossip =>
  new Gossip({
    keeper,
    files,
    alertmanager: () => ({
      pid: child?.pid ?? null,
      start: () => void did.push(`start ${gossip.tlsConfig}`),
      signal: (signal) => did.push(signal) > 0,
    }),
    othersNotify: async () => others,
    place: () => 1,
    clock: { now: Date.now, elapsed: () => elapsed },
    log: () => undefined,
  });
let gossip: Gossip;
const runs = async (tlsConfig: string | null): Promise<void> => {
  await end();
  const argument = tlsConfig === null ? [] : [gossipArgument(tlsConfig)];
  child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', '--', ...argument]);
  await once(child, 'spawn');
};
const round = async (): Promise<string[]> => {
  did.length = 0;
  await gossip.round();
  return [...did];
};

beforeEach(() => {
  Object.assign(keeper, { bundle: bundleOf(false, 'a'), certified: true });
  elapsed = 0;
  others = true;
  gossip = make();
});
afterEach(end);

test('what does not run is started as the bundle says', async () => {
  expect(await round()).toEqual(['start null']);
  keeper.bundle = bundleOf(true, 'a');
  expect(await round()).toEqual(['start /a.yml']);
  expect(gossip.runs).toBeNull();
});

test('without a certificate it waits while others notify, and then starts alone', async () => {
  Object.assign(keeper, { bundle: bundleOf(true, 'a'), certified: false });
  expect(await round()).toEqual([]);
  others = false;
  expect(await round()).toEqual(['start null']);
  others = true;
  elapsed = 120_000;
  expect(await round()).toEqual(['start null']);
});

test('what runs is started anew once it is to speak otherwise, and not before', async () => {
  await runs(null);
  expect(gossip.runs).toBe('plain');
  expect(await round()).toEqual([]);
  keeper.bundle = bundleOf(true, 'a');
  expect(await round()).toEqual(['SIGTERM']);
  await runs('/a.yml');
  expect(gossip.runs).toBe('tls');
  expect(await round()).toEqual([]);
  keeper.certified = false;
  expect(await round()).toEqual([]);
});

test('one that does not end when it is asked to is killed', async () => {
  await runs(null);
  keeper.bundle = bundleOf(true, 'a');
  for (let i = 0; i < 10; i += 1) expect(await round()).toEqual(['SIGTERM']);
  expect(await round()).toEqual(['SIGKILL']);
});

test('an agent that starts and knows no bundle leaves what runs as it is', async () => {
  keeper.bundle = 'unknown';
  await runs('/a.yml');
  expect(await round()).toEqual([]);
});

test('for another authority nodes start it anew one after the other', async () => {
  keeper.bundle = bundleOf(true, 'a');
  await runs('/a.yml');
  await round();
  keeper.bundle = bundleOf(true, 'b', 'a');
  expect(await round()).toEqual([]);
  elapsed = 89_999;
  expect(await round()).toEqual([]);
  elapsed = 90_000;
  expect(await round()).toEqual(['SIGTERM']);
  await runs('/b+a.yml');
  expect(await round()).toEqual([]);
});
