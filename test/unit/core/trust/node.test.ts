import type { OwnCertificate, TrustBundle } from '../../../../lib/contract/documents/trust';
import { gossipWanted, type GossipSeen } from '../../../../lib/core/trust/gossip';
import { certificateHolds, isOld, whyAsk } from '../../../../lib/core/trust/renewal';

const NOW = Date.parse('2026-01-10T00:00:00.000Z');
const HOUR = 3_600_000;
const at = (ms: number): string => new Date(NOW + ms).toISOString();
const BUNDLE: TrustBundle = {
  version: 1,
  generation: 1,
  authorities: [{ publicKey: 'ours', certificate: 'PEM', until: at(9e9) }],
  gossip: { tls: true, since: at(0) },
};
const own = (issuedAt: string, until = at(HOUR), authority = 'ours'): OwnCertificate => ({
  version: 1,
  address: '10.0.0.1',
  issuedAt,
  answer: {
    version: 1,
    publicKey: 'key',
    at: issuedAt,
    given: { certificate: 'PEM', until, authority },
    refused: null,
  },
});

describe('a node asks for a certificate', () => {
  const asks = (mine: OwnCertificate | null, address = '10.0.0.1', bundle: TrustBundle | null = BUNDLE) =>
    whyAsk(mine, bundle, address, NOW);
  test('when it has none', () => expect(asks(null)).toBe('It has none.'));
  test('not while what it has is young', () => {
    expect(asks(own(at(-23.9 * HOUR)))).toBeNull();
    expect(asks(own(at(0)), '10.0.0.1', null)).toBeNull();
  });
  test('a day later, long before that ends', () =>
    expect(asks(own(at(-24 * HOUR), at(144 * HOUR)))).toBe('Its certificate is 24 h old.'));
  test('at another address', () =>
    expect(asks(own(at(0)), '10.0.0.2')).toBe('Its certificate is for 10.0.0.1, and it is at 10.0.0.2.'));
  test('when another authority signs', () =>
    expect(asks(own(at(0), at(HOUR), 'before'))).toBe('Another authority signs now.'));
  test('when its clock was ahead', () => expect(asks(own(at(2 * HOUR)))).toMatch('from the future'));

  test('what it has holds until its end, at its address', () => {
    expect(certificateHolds(own(at(0)), '10.0.0.1', NOW)).toBe(true);
    expect(certificateHolds(own(at(0)), '10.0.0.2', NOW)).toBe(false);
    expect(certificateHolds(own(at(0), at(0)), '10.0.0.1', NOW)).toBe(false);
    expect(certificateHolds(null, '10.0.0.1', NOW)).toBe(false);
  });
  test('somebody has to look when three renewals were missed', () => {
    expect(isOld(at(73 * HOUR), NOW)).toBe(false);
    expect(isOld(at(71 * HOUR), NOW)).toBe(true);
    expect(isOld(null, NOW)).toBe(true);
  });
});

describe('gossip', () => {
  const wanted = (over: Partial<GossipSeen> = {}, now = NOW): string =>
    gossipWanted(
      { bundle: BUNDLE, runs: null, certified: true, othersNotify: true, waitedMs: 0, knownMs: 0, ...over },
      now,
    );
  test('is TLS from the moment on that the bundle says', () => {
    expect(wanted()).toBe('tls');
    expect(wanted({ runs: 'plain' })).toBe('tls');
    expect(wanted({ runs: 'plain' }, NOW - 1)).toBe('plain');
    expect(wanted({ bundle: { ...BUNDLE, gossip: { tls: false, since: at(-HOUR) } } })).toBe('plain');
  });
  test('is TLS a minute after it is known of, whatever the clock says', () => {
    expect(wanted({ knownMs: 59_999 }, NOW - 600_000)).toBe('plain');
    expect(wanted({ knownMs: 60_000 }, NOW - 600_000)).toBe('tls');
  });
  test('is plain where there is no bundle', () => expect(wanted({ bundle: null })).toBe('plain'));
  test('stays as it runs while nobody knows whom to trust', () => {
    expect(wanted({ bundle: 'unknown', runs: 'tls' })).toBe('tls');
    expect(wanted({ bundle: 'unknown', runs: 'plain' })).toBe('plain');
    expect(wanted({ bundle: 'unknown' })).toBe('plain');
  });
  test('without a certificate waits while others notify, two minutes at most', () => {
    expect(wanted({ certified: false })).toBe('wait');
    expect(wanted({ certified: false, waitedMs: 120_000 })).toBe('plain');
    expect(wanted({ certified: false, othersNotify: false })).toBe('plain');
  });
  test('that speaks TLS goes on when its certificate has ended', () =>
    expect(wanted({ certified: false, runs: 'tls' })).toBe('tls'));
  test('that runs plain is not ended for want of a certificate', () =>
    expect(wanted({ certified: false, runs: 'plain' })).toBe('plain'));
});
