import { TargetInstances } from '../../../../agent/sharding/instances';

const target = (job: string, address: string, instance = address) => ({
  labels: { job, instance },
  discoveredLabels: { job, __address__: address },
});
let now = 0;
const instances = (): TargetInstances => new TargetInstances(() => now);
beforeEach(() => (now = 1e6));

test('an alert names what relabeling made of a target, and shards pick it by its address', () => {
  const seen = instances();
  seen.see([target('node', '10.0.0.1:9100', 'web-1'), target('plain', 'b:1')]);
  expect([...seen.known]).toEqual([
    ['web-1', ['10.0.0.1:9100']],
    ['b:1', ['b:1']],
  ]);
});

test('one address in several jobs is one; one instance can have several addresses', () => {
  const seen = instances();
  seen.see([target('a', 'x:1', 'web'), target('b', 'x:1', 'web'), target('b', 'y:1', 'web')]);
  expect([...seen.known]).toEqual([['web', ['x:1', 'y:1']]]);
});

test("the cluster's own are nobody's", () => {
  const seen = instances();
  seen.see([target('prometheus', '10.0.0.1:9090')]);
  expect(seen.known.size).toBe(0);
});

test('what went is known until its alerts are over', () => {
  const seen = instances();
  seen.see([target('a', 'x:1')]);
  now += 600_000;
  seen.see([]);
  expect(seen.known.size).toBe(1);
  now += 1;
  seen.see([]);
  expect(seen.known.size).toBe(0);
});

test('whose an alert is, waits for a look at the targets, and not for ever', () => {
  const seen = instances();
  seen.see([target('prometheus', '10.0.0.1:9090'), target('a', 'x:1')]);
  expect(['10.0.0.1:9090', 'x:1', 'new:1'].map((instance) => seen.isUndecided(instance))).toEqual([false, false, true]);
  now += 2_999;
  expect(seen.isUndecided('new:1')).toBe(true);
  seen.see([]);
  now += 1;
  // Made up by a rule, or of a target that is not scraped here.
  expect(seen.isUndecided('new:1')).toBe(false);
  seen.see([target('a', 'new:1')]);
  expect([seen.isUndecided('new:1'), seen.known.get('new:1')]).toEqual([false, ['new:1']]);
});
