import { remedyTimes, type RemedyLine } from '../../../../local/drills/remedies/remedy-watch';
import type { SentAlert } from '../../../../local/drills/judge/notifications';

const T = Date.parse('2027-01-01T00:00:00Z');
const line = (s: number, event: string): RemedyLine => ({ at: new Date(T + s * 1000).toISOString(), event });
const sent = (s: number, status: SentAlert['status']): SentAlert => ({
  source: 'default',
  sender: 'n1',
  receivedAt: T + s * 1000,
  alert: 'a',
  name: 'DemoRedisDown',
  demo: true,
  status,
  startsAt: T,
  endsAt: null,
});
const MOMENTS = { struckAt: T, undoneAt: T + 30_000 };

test('what a drill of a remedy measures, in seconds', () => {
  const logged = [line(7, 'remedy-attempt'), line(8, 'remedy-attempt'), line(31.5, 'remedy-reconnected')];
  expect(remedyTimes(logged, [sent(-5, 'firing'), sent(7.5, 'firing')], MOMENTS)).toEqual({
    paged: 7.5,
    firstAttempt: 7,
    attempts: 2,
    reconnected: 1.5,
    remedyRuns: 1,
  });
});

test('what did not happen is null, which no limit accepts; two calls that tried are counted as two', () => {
  const logged = [line(31, 'remedy-give-up'), line(32, 'remedy-give-up')];
  expect(remedyTimes(logged, [sent(40, 'resolved')], MOMENTS)).toEqual({
    paged: null,
    firstAttempt: null,
    attempts: 0,
    reconnected: null,
    remedyRuns: 2,
  });
});
