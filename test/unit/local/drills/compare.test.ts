import { compareWithOracle, incidentsOf } from '../../../../local/drills/judge/compare';
import { parseNotifications, NOTIFICATION_SOURCES, type SentAlert } from '../../../../local/drills/judge/notifications';

const T = Date.parse('2026-01-01T00:00:00Z');

function sent(
  status: 'firing' | 'resolved',
  at: { start: number; end?: number; got: number },
  more: Partial<SentAlert> = {},
): SentAlert {
  return {
    source: NOTIFICATION_SOURCES.system,
    sender: 'n1',
    receivedAt: T + at.got,
    alert: 'a',
    name: 'A',
    demo: true,
    status,
    startsAt: T + at.start,
    endsAt: status === 'resolved' ? T + at.end! : null,
    ...more,
  };
}

/** Fires at 0, ends at 20 s. */
const oracle = [sent('firing', { start: 0, got: 1_000 }), sent('resolved', { start: 0, end: 20_000, got: 21_000 })];

describe('against the oracle', () => {
  test('the same sent a little later is no difference', () => {
    const ours = [
      sent('firing', { start: 300, got: 9_000 }),
      sent('resolved', { start: 300, end: 19_500, got: 26_000 }),
    ];
    expect(compareWithOracle(ours, oracle)).toMatchObject({
      missed: 0,
      duplicates: 0,
      falselyResolved: 0,
      spurious: 0,
      findings: [],
    });
  });

  test('nothing sent: firing and end are both missed', () => {
    expect(compareWithOracle([], oracle)).toMatchObject({ missed: 2, duplicates: 0 });
  });

  test('only the end is missing', () => {
    expect(compareWithOracle(oracle.slice(0, 1), oracle)).toMatchObject({ missed: 1, falselyResolved: 0 });
  });

  test('an end without a beginning: the firing is missed', () => {
    expect(compareWithOracle(oracle.slice(1), oracle)).toMatchObject({ missed: 1, spurious: 0 });
  });

  test('firing twice, and ended twice', () => {
    expect(
      compareWithOracle(
        [oracle[0]!, oracle[0]!, oracle[1]!].map((t) => ({ ...t })),
        oracle,
      ),
    ).toMatchObject({
      duplicates: 1,
      missed: 0,
      findings: ['A: sent 2 times that it fires, the oracle 1: n1 at 00:00:01.000, n1 at 00:00:01.000'],
    });
    expect(
      compareWithOracle(
        [oracle[0]!, oracle[1]!, oracle[1]!].map((t) => ({ ...t })),
        oracle,
      ),
    ).toMatchObject({ duplicates: 1, missed: 0 });
  });

  test('ended while it went on, then sent again', () => {
    const ours = [
      oracle[0]!,
      sent('resolved', { start: 0, end: 8_000, got: 9_000 }),
      sent('firing', { start: 0, got: 12_000 }),
      oracle[1]!,
    ];
    expect(compareWithOracle(ours, oracle)).toMatchObject({ falselyResolved: 1, duplicates: 1, missed: 0 });
  });

  test('ended, while the oracle still has it firing', () => {
    const ours = [oracle[0]!, sent('resolved', { start: 0, end: 8_000, got: 9_000 })];
    expect(compareWithOracle(ours, oracle.slice(0, 1))).toMatchObject({ falselyResolved: 1 });
  });

  test('an alert that the oracle never had', () => {
    const ours = [...oracle, sent('firing', { start: 0, got: 1_000 }, { alert: 'b', name: 'B' })];
    expect(compareWithOracle(ours, oracle)).toMatchObject({ spurious: 1, missed: 0 });
  });

  test('a second incident that the oracle did not have', () => {
    const ours = [...oracle, sent('firing', { start: 40_000, got: 41_000 })];
    expect(compareWithOracle(ours, oracle)).toMatchObject({ spurious: 1 });
  });

  test('a timer that began anew is known by its start', () => {
    const ours = [
      sent('firing', { start: 9_000, got: 10_000 }),
      sent('resolved', { start: 9_000, end: 20_000, got: 21_000 }),
    ];
    const result = compareWithOracle(ours, oracle);
    expect(result.startsOff.get('A')).toBe(9_000);
    expect(result.missed).toBe(0);
  });

  test('two incidents of one alert are told apart by the end of the first', () => {
    const second = [
      sent('firing', { start: 40_000, got: 41_000 }),
      sent('resolved', { start: 40_000, end: 50_000, got: 51_000 }),
    ];
    expect(incidentsOf([...oracle, ...second])).toHaveLength(2);
    expect(compareWithOracle(oracle, [...oracle, ...second])).toMatchObject({ missed: 2 });
    expect(compareWithOracle([...oracle, ...second], [...oracle, ...second])).toMatchObject({
      missed: 0,
      duplicates: 0,
    });
  });
});

describe('the pager’s file', () => {
  const alert = (name: string, status: string, replica?: string): object => ({
    status,
    labels: { alertname: name, cluster: 'c', ...(replica === undefined ? {} : { replica }) },
    startsAt: '2026-01-01T00:00:00Z',
    endsAt: '2026-01-01T00:00:20Z',
  });
  const page = (source: string, ...alerts: object[]): string =>
    `${JSON.stringify({ receivedAt: '2026-01-01T00:00:01.500Z', source, payload: { externalURL: 'http://n1:9193', alerts } })}\n`;

  test('a half-written line is left out', () => {
    expect(parseNotifications(`${page('default', alert('A', 'firing'))}{"receivedAt":`)).toHaveLength(1);
    expect(parseNotifications('{"rec')).toEqual([]);
  });

  test('the replica does not make another alert', () => {
    const [a, b] = parseNotifications(
      page('default', alert('A', 'firing', 'n1')) + page('oracle', alert('A', 'firing', 'n2')),
    );
    expect(a!.alert).toBe(b!.alert);
    expect(a).toMatchObject({
      source: 'default',
      sender: 'n1:9193',
      name: 'A',
      status: 'firing',
      receivedAt: T + 1_500,
      endsAt: null,
    });
  });

  test('a group’s other alerts are not sent again by news of one', () => {
    const text = page('default', alert('A', 'firing')) + page('default', alert('A', 'firing'), alert('B', 'firing'));
    expect(parseNotifications(text).map((t) => t.name)).toEqual(['A', 'B']);
  });

  test('a notification without any news is a duplicate of all that it tells', () => {
    const both = page('default', alert('A', 'firing'), alert('B', 'firing'));
    expect(parseNotifications(both + both)).toHaveLength(4);
  });

  test('what one sender sent is news from another', () => {
    const text = ['default', 'oracle', 'plain'].map((source) => page(source, alert('A', 'firing'))).join('');
    expect(parseNotifications(text).map((t) => t.source)).toEqual(['default', 'oracle', 'plain']);
  });
});
