import fc from 'fast-check';
import {
  complaints,
  countProbe,
  eligible,
  serves,
  UNKNOWN_HEALTH,
  works,
  type Probe,
} from '../../../../lib/core/failover/health';
import { DEFAULT_POLICY as policy } from '../../../../lib/contract/documents/policy';
import { aProbe } from '../../../fixtures/builders';

const AGENT = aProbe('a', { agent: { gateOpen: true } }).agent!;
const probe = (over: Partial<Probe> = {}): Probe => ({ ...aProbe('a'), agent: AGENT, ...over });

describe('what a probe means', () => {
  test.each<[string, Probe, { works: boolean; serves: boolean; eligible: boolean }, string]>([
    ['all well', probe(), { works: true, serves: true, eligible: true }, ''],
    ['not ready', probe({ ready: false }), { works: false, serves: false, eligible: false }, 'Prometheus is not ready'],
    [
      'never scraped',
      probe({ scrapeLagMs: null }),
      { works: false, serves: false, eligible: false },
      'Prometheus has not scraped yet',
    ],
    ['scraped just in time', probe({ scrapeLagMs: 5_000 }), { works: true, serves: true, eligible: true }, ''],
    [
      'scraped too long ago',
      probe({ scrapeLagMs: 5_600 }),
      { works: false, serves: false, eligible: false },
      'Prometheus last scraped 5.6 s ago',
    ],
    [
      'scraped as the reduced profile has it',
      probe({ scrapeLagMs: 14_900, agent: { ...AGENT, slowScrapeMs: 5_000 } }),
      { works: true, serves: true, eligible: true },
      '',
    ],
    [
      'scraped too long ago even so',
      probe({ scrapeLagMs: 15_100, agent: { ...AGENT, slowScrapeMs: 5_000 } }),
      { works: false, serves: false, eligible: false },
      'Prometheus last scraped 15.1 s ago',
    ],
    [
      'every series stale by a change of profile',
      probe({ scrapeLagMs: null, agent: { ...AGENT, slowScrapeMs: 5_000, settling: true } }),
      { works: true, serves: true, eligible: true },
      '',
    ],
    ['no agent', probe({ agent: null }), { works: false, serves: false, eligible: false }, 'the agent does not answer'],
    [
      'gate closed',
      probe({ agent: { ...AGENT, gateOpen: false } }),
      { works: true, serves: false, eligible: true },
      '',
    ],
    ['gate cold', probe({ agent: { ...AGENT, gateWarm: false } }), { works: true, serves: true, eligible: true }, ''],
    [
      'cannot read the bucket',
      probe({ agent: { ...AGENT, storeReachable: false } }),
      { works: true, serves: true, eligible: false },
      '',
    ],
    [
      'a volume that takes no writes',
      probe({ agent: { ...AGENT, volumeTrouble: 'read-only' } }),
      { works: false, serves: false, eligible: false },
      'its data volume is read-only',
    ],
    [
      'two complaints at once',
      probe({ ready: false, agent: null }),
      { works: false, serves: false, eligible: false },
      'Prometheus is not ready, the agent does not answer',
    ],
  ])('%s', (_name, p, expected, says) => {
    expect({ works: works(p, policy), serves: serves(p, policy), eligible: eligible(p, policy) }).toEqual(expected);
    expect(complaints(p, policy)).toBe(says);
  });
});

describe('fall 3, rise 2', () => {
  const after = (text: string) => [...text].reduce((count, c) => countProbe(count, c === '+', policy), UNKNOWN_HEALTH);
  test.each<[string, { healthy: boolean; misses: number }]>([
    ['--', { healthy: true, misses: 2 }],
    ['---', { healthy: false, misses: 3 }],
    ['--+--', { healthy: true, misses: 2 }],
    ['---+', { healthy: false, misses: 0 }],
    ['---++', { healthy: true, misses: 0 }],
    ['---+-+', { healthy: false, misses: 0 }],
    ['-----', { healthy: false, misses: 5 }],
  ])('%s', (text, expected) => expect(after(text)).toMatchObject(expected));

  test('health changes only after a full run of contradicting probes', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 40 }), (probes) => {
        let count = UNKNOWN_HEALTH;
        probes.forEach((ok, i) => {
          const before = count;
          count = countProbe(before, ok, policy);
          if (before.healthy === count.healthy) return;
          const needed = before.healthy ? policy.probe.fall : policy.probe.rise;
          expect(probes.slice(i + 1 - needed, i + 1)).toEqual(Array<boolean>(needed).fill(count.healthy));
        });
      }),
    );
  });
});
