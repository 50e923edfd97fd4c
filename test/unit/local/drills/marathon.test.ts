import { judgeBetween, marathonOf } from '../../../../local/drills/marathon';
import type { SentAlert } from '../../../../local/drills/judge/notifications';
import { SCENARIOS } from '../../../../local/drills/scenarios';

const names = (seed: number): string[] => marathonOf(seed, SCENARIOS).map(({ name }) => name);

describe('a marathon', () => {
  it('has every drill that leaves the system as it was, in an order by its seed, and those that let it grow last', () => {
    expect(names(1)).toEqual(names(1));
    expect(names(1)).not.toEqual(names(2));
    const asItWas = SCENARIOS.filter(({ leaves }) => leaves === undefined).map(({ name }) => name);
    for (const seed of [1, 2, 3]) {
      expect(names(seed).slice(0, -2).sort()).toEqual([...asItWas].sort());
      expect(names(seed).slice(-2)).toEqual(['add-replica', 'add-shard']);
    }
    expect(names(1)).not.toContain('bad-deploy');
  });

  it('is charged with what was told between its drills and the oracle knows nothing of', () => {
    const sent = (source: string, name: string): SentAlert => ({
      source,
      sender: '10.0.0.1:9193',
      receivedAt: 10_000,
      alert: name,
      name,
      demo: false,
      status: 'firing',
      startsAt: 5_000,
      endsAt: null,
    });
    const both = [sent('default', 'A'), sent('oracle', 'A')];
    expect(judgeBetween(both, 0).checks).toEqual([expect.objectContaining({ passed: true, value: 0 })]);
    const unknown = [...both, sent('default', 'LastSample')];
    const judged = judgeBetween(unknown, 0);
    expect(judged.checks).toEqual([expect.objectContaining({ passed: false, value: 1 })]);
    expect(judged.findings).toEqual([expect.stringMatching('LastSample')]);
    // A run has been charged with it already.
    expect(judgeBetween(unknown, 1).checks).toEqual([expect.objectContaining({ passed: true, value: 0 })]);
  });
});
