import { OwnRules } from '../../../../agent/failover/own-rules';
import type { RuleGroup } from '../../../../lib/core/failover/late-rules';

test('it is said once half a window has seen it, and a new Prometheus begins a new one', async () => {
  let [now, startedAt, lateMs] = [1_000_000, 'then' as string | null, 20_000];
  let answers = true;
  const logged: string[] = [];
  const rules = new OwnRules({
    startedAt: () => startedAt,
    groups: async (): Promise<RuleGroup[]> => {
      if (!answers) throw new Error('no answer');
      return [{ name: 'a', intervalMs: 1_000, evaluatedAt: now - lateMs }];
    },
    now: () => now,
    log: (_, event) => logged.push(event),
  });
  const looks = async (count: number): Promise<void> => {
    for (let i = 0; i < count; i += 1, now += 2_000) await rules.round();
  };
  await looks(7);
  expect(rules.late).toBeNull();
  await looks(1);
  expect(rules.late).toEqual({ group: 'a', byMs: 15_000 });
  // Silence says nothing of it.
  answers = false;
  await looks(1);
  expect(rules.late).not.toBeNull();
  [answers, startedAt, lateMs] = [true, 'now', 500];
  await looks(1);
  expect(rules.late).toBeNull();
  expect(logged).toEqual(['rules-late', 'not-answered', 'answered-again', 'rules-on-time']);
});
