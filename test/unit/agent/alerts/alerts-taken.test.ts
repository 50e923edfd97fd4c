import { AlertsTaken } from '../../../../agent/alerts/alertmanager';

describe('what the Alertmanagers have, asked again and again', () => {
  const ALERTMANAGERS = [{ address: 'a' }, { address: 'b' }];
  let now = 0;
  const logged: string[] = [];
  const taken = (has: Record<string, number | null>) =>
    new AlertsTaken(
      async (address) => {
        const many = has[address] ?? null;
        if (many === null) throw new Error('no answer');
        return Array.from({ length: many }, () => address);
      },
      (_level, event, fields) => logged.push(`${event}: ${String(fields!.what)}`),
      () => now,
    );

  it('is what all have that answer; nothing is known when none does', async () => {
    expect(await taken({ a: 1, b: 2 }).ask(ALERTMANAGERS)).toEqual(['a', 'b', 'b']);
    expect(await taken({ a: null, b: 1 }).ask(ALERTMANAGERS)).toEqual(['b']);
    expect(await taken({}).ask(ALERTMANAGERS)).toBeNull();
  });

  it('is said to be unknown once, and once that it is known again', async () => {
    const has: Record<string, number | null> = { a: null, b: 1 };
    const some = taken(has);
    logged.length = 0;
    for (let i = 0; i < 3; i += 1) await some.ask(ALERTMANAGERS);
    has.a = 1;
    for (let i = 0; i < 3; i += 1) await some.ask(ALERTMANAGERS);
    expect(logged).toEqual(['not-answered: alerts of a', 'answered-again: alerts of a']);
  });

  it('is asked for less often the more they have', async () => {
    const few = taken({ a: 2_500, b: 2_500 });
    expect(await few.ask(ALERTMANAGERS)).toHaveLength(5_000);
    expect(await few.ask(ALERTMANAGERS)).toHaveLength(5_000);
    const many = taken({ a: 20_000, b: 20_000 });
    expect(await many.ask(ALERTMANAGERS)).toHaveLength(40_000);
    now = 6_999;
    expect(await many.ask(ALERTMANAGERS)).toBeNull();
    now = 7_000;
    expect(await many.ask(ALERTMANAGERS)).toHaveLength(40_000);
  });
});
