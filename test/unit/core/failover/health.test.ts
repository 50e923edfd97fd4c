import fc from 'fast-check';
import {
  complaints,
  countProbe,
  isPromotable,
  isAlerting,
  UNKNOWN_HEALTH,
  isHealthy,
  type Probe,
} from '../../../../lib/core/failover/health';
import { DEFAULT_POLICY as policy } from '../../../../lib/contract/documents/policy';
import { aProbe } from '../../../fixtures/builders';

const AGENT = aProbe('a', { agent: { gateOpen: true } }).agent!;
const probe = (over: Partial<Probe> = {}): Probe => ({ ...aProbe('a'), agent: AGENT, ...over });

describe('what a probe means', () => {
  test.each<[string, Probe, { isHealthy: boolean; isAlerting: boolean; isPromotable: boolean }, string]>([
    ['all well', probe(), { isHealthy: true, isAlerting: true, isPromotable: true }, ''],
    [
      'not ready',
      probe({ ready: false }),
      { isHealthy: false, isAlerting: false, isPromotable: false },
      'Prometheus is not ready',
    ],
    [
      'never scraped',
      probe({ scrapeLagMs: null }),
      { isHealthy: false, isAlerting: false, isPromotable: false },
      'Prometheus has not scraped yet',
    ],
    [
      'scraped just in time',
      probe({ scrapeLagMs: 5_000 }),
      { isHealthy: true, isAlerting: true, isPromotable: true },
      '',
    ],
    [
      'scraped too long ago',
      probe({ scrapeLagMs: 5_600 }),
      { isHealthy: false, isAlerting: false, isPromotable: false },
      'Prometheus last scraped 5.6 s ago',
    ],
    [
      'no agent',
      probe({ agent: null }),
      { isHealthy: false, isAlerting: false, isPromotable: false },
      'the agent does not answer',
    ],
    [
      'gate closed',
      probe({ agent: { ...AGENT, gateOpen: false } }),
      { isHealthy: true, isAlerting: false, isPromotable: true },
      '',
    ],
    [
      'gate not primed',
      probe({ agent: { ...AGENT, gatePrimed: false } }),
      { isHealthy: true, isAlerting: true, isPromotable: true },
      '',
    ],
    [
      'cannot read the bucket',
      probe({ agent: { ...AGENT, storeReachable: false } }),
      { isHealthy: true, isAlerting: true, isPromotable: false },
      '',
    ],
    [
      'has not found what others know',
      probe({ agent: { ...AGENT, undiscovered: ['ec2'] } }),
      { isHealthy: true, isAlerting: true, isPromotable: false },
      '',
    ],
    [
      'a volume that takes no writes',
      probe({ agent: { ...AGENT, volumeTrouble: 'read-only' } }),
      { isHealthy: false, isAlerting: false, isPromotable: false },
      'its data volume is read-only',
    ],
    [
      'two complaints at once',
      probe({ ready: false, agent: null }),
      { isHealthy: false, isAlerting: false, isPromotable: false },
      'Prometheus is not ready, the agent does not answer',
    ],
  ])('%s', (_name, p, expected, says) => {
    expect({
      isHealthy: isHealthy(p, policy),
      isAlerting: isAlerting(p, policy),
      isPromotable: isPromotable(p, policy),
    }).toEqual(expected);
    expect(complaints(p, policy)).toBe(says);
  });
});

describe('fall 3, rise 2', () => {
  const after = (text: string) => [...text].reduce((count, c) => countProbe(count, c === '+', policy), UNKNOWN_HEALTH);
  test.each<[string, { healthy: boolean; consecutiveFailures: number }]>([
    ['--', { healthy: true, consecutiveFailures: 2 }],
    ['---', { healthy: false, consecutiveFailures: 3 }],
    ['--+--', { healthy: true, consecutiveFailures: 2 }],
    ['---+', { healthy: false, consecutiveFailures: 0 }],
    ['---++', { healthy: true, consecutiveFailures: 0 }],
    ['---+-+', { healthy: false, consecutiveFailures: 0 }],
    ['-----', { healthy: false, consecutiveFailures: 5 }],
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
