import type { NodeAnnouncement } from '../../../../lib/contract/documents/announcement';
import type { Authority, CertificateRequest, TrustBundle } from '../../../../lib/contract/documents/trust';
import { judgeRequest, nextBundle, type NodeAsking } from '../../../../lib/core/trust/issuing';
import { anAnnouncement } from '../../../fixtures/builders';

const NOW = Date.parse('2026-01-10T00:00:00.000Z');
const LATER = '2026-01-12T00:00:00.000Z';
const OURS: Authority = { publicKey: 'ours', certificate: 'PEM', until: LATER };
const OTHER: Authority = { ...OURS, publicKey: 'other' };
const REQUEST: CertificateRequest = {
  version: 1,
  shard: 0,
  node: 'a',
  address: '10.0.0.1',
  publicKey: 'a key',
  at: new Date(NOW).toISOString(),
  proof: 'proof',
};
type Trust = NonNullable<NodeAnnouncement['trust']>;
const announced = (trust?: Trust, over: Partial<NodeAnnouncement> = {}): NodeAnnouncement => ({
  ...anAnnouncement('a'),
  address: '10.0.0.1',
  ...(trust && { trust }),
  ...over,
});
const CERTIFIED: Trust = { until: LATER, authority: 'ours' };
const asking = (over: Partial<NodeAsking> = {}): NodeAsking => ({
  shard: 0,
  node: 'a',
  announced: announced(),
  request: REQUEST,
  proofHolds: true,
  answer: null,
  ...over,
});
const request = (over: Partial<CertificateRequest>): Partial<NodeAsking> => ({ request: { ...REQUEST, ...over } });
const ago = (ms: number): string => new Date(NOW - ms).toISOString();
const DAY = 86_400_000;

describe('a request', () => {
  test('for the own name and address is granted', () =>
    expect(judgeRequest(asking(), NOW)).toEqual({ kind: 'granted' }));

  test('that was answered is none, whatever the answer was', () => {
    const answer = { version: 1, publicKey: 'a key', at: LATER, given: null, refused: 'no' } as const;
    expect(judgeRequest(asking({ answer }), NOW).kind).toBe('nothing asked');
    expect(judgeRequest(asking({ answer: { ...answer, publicKey: 'the key before' } }), NOW).kind).toBe('granted');
    expect(judgeRequest(asking({ request: null }), NOW).kind).toBe('nothing asked');
  });

  test.each<[string, Partial<NodeAsking>, string]>([
    ['another node', request({ node: 'b' }), 'The request is for b of shard 0, and lies where a of shard 0 writes.'],
    ['another shard', request({ shard: 1 }), 'for a of shard 1'],
    ['a key that is not there', { proofHolds: false }, 'not signed with the key'],
    ['yesterday', request({ at: ago(DAY + 1) }), 'more than a day old'],
    ['a time to come', request({ at: ago(-11 * 60_000) }), 'is to come'],
  ])('for %s is refused, in a sentence', (_, over, says) =>
    expect(judgeRequest(asking(over), NOW)).toEqual({ kind: 'refused', because: expect.stringContaining(says) }),
  );

  test.each<[string, Partial<NodeAsking>]>([
    ['has not announced itself', { announced: null }],
    ['has announced another address', request({ address: '10.0.0.2' })],
    ['is announced by another name', { announced: announced(undefined, { node: 'b' }) }],
  ])('of a node that %s waits', (_, over) => expect(judgeRequest(asking(over), NOW).kind).toBe('later'));

  test('of a clock that is a little off is granted', () => {
    expect(judgeRequest(asking(request({ at: ago(-9 * 60_000) })), NOW).kind).toBe('granted');
    expect(judgeRequest(asking(request({ at: ago(DAY) })), NOW).kind).toBe('granted');
  });
});

describe('the bundle of trust', () => {
  const plain: TrustBundle = {
    version: 1,
    generation: 3,
    authorities: [OURS],
    gossip: { tls: false, since: ago(DAY) },
  };
  const tls: TrustBundle = { ...plain, gossip: { tls: true, since: ago(DAY) } };
  const certified = asking({ announced: announced(CERTIFIED) });
  const next = (before: TrustBundle | null, nodes: NodeAsking[], authority = OURS) =>
    nextBundle(before, authority, nodes, NOW).bundle;

  test('begins with who signs, and plain gossip', () =>
    expect(next(null, [certified])).toMatchObject({ generation: 1, authorities: [OURS], gossip: { tls: false } }));

  test('asks for TLS from a moment to come, once every node has a certificate that holds', () => {
    const changed = next(plain, [certified, { ...certified, node: 'b' }])!;
    expect(changed).toMatchObject({ generation: 4, authorities: [OURS], gossip: { tls: true } });
    expect(Date.parse(changed.gossip.since)).toBeGreaterThan(NOW + 5_000);
  });

  test.each<[string, NodeAsking[]]>([
    ['there is no node', []],
    ['one is of a release that asks for none', [certified, asking()]],
    ['one has none yet', [certified, asking({ announced: announced({ until: null, authority: null }) })]],
    ['one has one that ended', [certified, asking({ announced: announced({ ...CERTIFIED, until: ago(0) }) })]],
    ['one cannot be read', [certified, asking({ announced: null })]],
  ])('stays plain while %s', (_, nodes) => expect(next(plain, nodes)).toBeNull());

  test('never goes back to plain by itself', () => {
    expect(next(tls, [certified, asking()])).toBeNull();
    expect(next(tls, [])).toBeNull();
  });

  test('trusts another authority beside the one before, until nobody has a certificate of that', () => {
    const both = next(tls, [certified], OTHER)!;
    expect(both).toMatchObject({ generation: 4, authorities: [OTHER, OURS], gossip: tls.gossip });
    expect(next(both, [certified], OTHER)).toBeNull();
    const renewed = asking({ announced: announced({ until: LATER, authority: 'other' }) });
    expect(next(both, [renewed, certified], OTHER)).toBeNull();
    expect(next(both, [renewed], OTHER)).toMatchObject({ generation: 5, authorities: [OTHER] });
  });

  test('keeps no more than one that is on its way out', () => {
    const third = { ...OURS, publicKey: 'third' };
    expect(next({ ...tls, authorities: [OTHER, OURS] }, [certified], third)!.authorities).toEqual([third, OTHER]);
  });

  test('says why, in one sentence', () => {
    expect(nextBundle(plain, OURS, [certified, asking({ node: 'b' })], NOW).because).toBe('Without a certificate: b.');
    expect(nextBundle(tls, OURS, [certified], NOW).because).toBe('Nothing changed.');
  });
});
