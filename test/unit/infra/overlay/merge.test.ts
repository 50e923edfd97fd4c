import { merge } from '../../../../lib/infra/config/overlay/merge';

test('the overlay wins, key by key; null takes away; lists and alternatives are replaced', () => {
  const base = {
    name: 'a',
    account: '1',
    zones: ['x', 'y'],
    load: { limits: { memoryMiB: 1, walMiBPerMinute: 2 }, sustainedFor: '1s' },
    network: { kind: 'imported', vpcId: 'vpc-1' },
  };
  const before = structuredClone(base);
  const over = {
    account: null,
    zones: ['z'],
    load: { limits: { memoryMiB: 3 } },
    network: { kind: 'new', cidr: '10.0.0.0/16' },
    policy: { scrub: { periodMs: 1 }, gone: null },
  };
  expect(merge(base, over)).toEqual({
    name: 'a',
    zones: ['z'],
    load: { limits: { memoryMiB: 3, walMiBPerMinute: 2 }, sustainedFor: '1s' },
    network: { kind: 'new', cidr: '10.0.0.0/16' },
    policy: { scrub: { periodMs: 1 } },
  });
  expect(base).toEqual(before);
});
