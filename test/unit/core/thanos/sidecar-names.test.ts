import fc from 'fast-check';
import { NAMED_AT_ONCE, sidecarName, sidecarNames } from '../../../../lib/core/thanos/sidecar-names';

const counts = { shards: fc.integer({ min: 1, max: 64 }), replicas: fc.integer({ min: 2, max: NAMED_AT_ONCE }) };

test('no name has more nodes than one answer of DNS, and up to that many in all there is one name', () => {
  fc.assert(
    fc.property(counts.shards, counts.replicas, (shards, replicas) => {
      const names = Array.from({ length: shards }, (_, shard) => sidecarName(shard, replicas));
      for (const name of names) {
        expect(names.filter((other) => other === name).length * replicas).toBeLessThanOrEqual(NAMED_AT_ONCE);
      }
      expect(sidecarNames({ shards, replicas })).toEqual([...new Set(names)]);
      if (shards * replicas <= NAMED_AT_ONCE) expect(new Set(names)).toEqual(new Set(['sidecar']));
    }),
  );
});

test('a shard more never changes the names of those that are there', () => {
  fc.assert(
    fc.property(counts.shards, counts.replicas, (shards, replicas) => {
      const before = sidecarNames({ shards, replicas });
      expect(sidecarNames({ shards: shards + 1, replicas }).slice(0, before.length)).toEqual(before);
    }),
  );
});
