import { ReloadTurn } from '../../../../agent/rendering/turn';

const [NEW, OLD] = ['b'.repeat(64), 'a'.repeat(64)];

interface Said {
  readonly hash: string;
  readonly well?: boolean;
  readonly refused?: { readonly hash: string; readonly because: string };
}

/** Who asks every 3 s; `peer`: what the only other node says, null for nothing. When it may load, seconds; null: not in ten minutes. */
async function turn(onTrial: boolean, peer: (s: number) => Said | null, peers = ['10.0.0.2'], alerts = true) {
  let now = 0;
  const turns = new ReloadTurn({
    alerts: () => alerts,
    peers: () => peers,
    elapsed: () => now,
    log: () => {},
    statusOf: async () => {
      const said = peer(now / 1_000);
      if (said === null) throw new Error('no answer');
      return { config: { loadedAt: null, error: null, ...said } };
    },
  });
  for (; now <= 600_000; now += 3_000) if (await turns.mayLoad(NEW, onTrial)) return now / 1_000;
  return null;
}

test('a standby need not wait, nor who is alone', async () => {
  expect(await turn(true, () => null, ['10.0.0.2'], false)).toBe(0);
  expect(await turn(true, () => null, [])).toBe(0);
});

describe('of what is not known to be good', () => {
  test('a standby has to have been well with it', async () => {
    const tries = (s: number): Said => (s < 12 ? { hash: OLD, well: true } : { hash: NEW, well: s >= 72 });
    expect(await turn(true, tries)).toBe(72);
  });

  test('who died of it never lets it pass, neither silent nor back', async () => {
    expect(await turn(true, (s) => (s < 12 ? { hash: NEW, well: false } : null))).toBeNull();
    const back = (s: number): Said =>
      s < 12 ? { hash: NEW, well: false } : { hash: OLD, well: true, refused: { hash: NEW, because: 'x' } };
    expect(await turn(true, back)).toBeNull();
    expect(await turn(true, () => ({ hash: OLD, well: true, refused: { hash: NEW, because: 'x' } }))).toBeNull();
  });

  test('what nobody could try is not kept away for ever', async () => expect(await turn(true, () => null)).toBe(300));

  test('an agent of an earlier version says that it runs it, and no more', async () =>
    expect(await turn(true, (s) => ({ hash: s < 12 ? OLD : NEW }))).toBe(12));
});

describe('of what is known to be good', () => {
  test('a standby goes first, and a reload takes its time', async () =>
    expect(await turn(false, (s) => ({ hash: s < 12 ? OLD : NEW, well: false }))).toBe(21));
  test('and is not waited for', async () => expect(await turn(false, () => null)).toBe(30));
});
