import { factsOf, FAULT_NAMES } from '../../../../local/chaos/kinds';
import { EACH, faultsForEach, planOf, type PlannedFault } from '../../../../local/chaos/plan';

const SEEDS = Array.from({ length: 40 }, (_, i) => i * 7_919);
const end = ({ atMs, lastsMs }: PlannedFault): number => atMs + lastsMs;

describe('a plan of chaos', () => {
  it('is the same for the same seed, another one for another, and begins like a longer one', () => {
    expect(planOf(7, 60)).toEqual(planOf(7, 60));
    expect(planOf(7, 60)).not.toEqual(planOf(8, 60));
    expect(planOf(7, 200).slice(0, 20)).toEqual(planOf(7, 60).slice(0, 20));
  });

  it('has so many faults, one to three in an incident, each incident with a seed of its own', () => {
    for (const seed of SEEDS) {
      const plan = planOf(seed, 61);
      const counts = plan.map(({ faults }) => faults.length);
      expect(counts.reduce((sum, n) => sum + n, 0)).toBe(61);
      expect([Math.min(...counts), Math.max(...counts)]).toEqual([1, 3]);
      expect(plan.map(({ number }) => number)).toEqual(plan.map((_, i) => i + 1));
      expect(new Set(plan.map((incident) => incident.seed)).size).toBe(plan.length);
    }
  });

  it('has each kind five times when nobody shortens it, and long ones in a tenth of the incidents', () => {
    for (const seed of SEEDS.slice(0, 8)) {
      const plan = planOf(seed, faultsForEach(seed));
      const kinds = plan.flatMap(({ faults }) => faults.map(({ kind }) => kind));
      for (const kind of FAULT_NAMES) expect(kinds.filter((k) => k === kind).length).toBeGreaterThanOrEqual(EACH);
      const long = plan.filter(({ faults }) => faults.some(({ kind }) => factsOf(kind).long));
      expect(long.length).toBeLessThanOrEqual(plan.length / 10);
      for (const { faults } of long) expect(faults.filter(({ kind }) => factsOf(kind).long)).toHaveLength(1);
    }
  });

  it('draws moments and lengths within bounds, and places of their kind', () => {
    for (const { kind, place, atMs, lastsMs } of SEEDS.flatMap((s) => planOf(s, 60)).flatMap(({ faults }) => faults)) {
      const { lasts, where } = factsOf(kind);
      expect(atMs).toBeGreaterThanOrEqual(0);
      expect(lastsMs).toBeGreaterThanOrEqual(lasts[0]);
      expect(lastsMs).toBeLessThanOrEqual(lasts[1]);
      expect(where === 'node' ? ['active', 'standby'] : [where]).toContain(place);
    }
  });

  it('moves an alert while late faults go on, and lets it be over in between', () => {
    const all = SEEDS.flatMap((seed) => planOf(seed, 90));
    const lateOnes = all.flatMap(({ faults }) => faults).filter(({ atMs }) => atMs > 22_000);
    expect(all.flatMap(({ alerts }) => alerts).length).toBeGreaterThan(lateOnes.length / 2);
    for (const { faults, alerts } of all) {
      const late = faults.filter(({ atMs }) => atMs > 22_000);
      expect(alerts.length).toBeLessThanOrEqual(late.length);
      for (const [i, { fromMs, toMs }] of alerts.entries()) {
        expect(fromMs).toBeGreaterThanOrEqual((alerts[i - 1]?.toMs ?? 22_000) + 12_000);
        expect(toMs).toBeGreaterThanOrEqual(fromMs + 8_000);
      }
    }
  });

  it('never takes a node while the other one is hurt, and does nothing to what is hurt already', () => {
    for (const { faults } of SEEDS.flatMap((seed) => planOf(seed, 90)))
      for (const [i, a] of faults.entries())
        for (const b of faults.slice(i + 1)) {
          const [one, two] = [factsOf(a.kind), factsOf(b.kind)];
          const nodes = a.place !== 'around' && b.place !== 'around';
          if (nodes && a.place !== b.place && (one.takesNode === true || two.takesNode === true))
            expect(b.atMs - end(a)).toBeGreaterThanOrEqual(20_000);
          if (a.place === b.place && one.about.some((part) => two.about.includes(part)))
            expect(b.atMs).toBeGreaterThan(end(a));
        }
  });
});
