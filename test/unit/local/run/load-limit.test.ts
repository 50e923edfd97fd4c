import { RECOVER_SHARE } from '../../../../lib/core/load/shed';
import { CONTAINED, localOverlay } from '../../../../local/run/deploy/overlay';
import { MEASURED, samplesLimit, scrapeLimit, targetsHere } from '../../../../local/run/deploy/load-limit';

const AT_REST_OF_TWO = 6_010;
const AT_REST_OF_THREE = 8_235;
/** What twenty times the order book brings more. */
const SPIKE_SAMPLES = 11_400;

test('as the project comes, it is what load-spike was measured with', () => {
  expect(samplesLimit(MEASURED)).toBe(8_800);
  expect(scrapeLimit(8_800)).toBe(40_000);
});

test('with three nodes the profile can go back, and load-spike still goes beyond', () => {
  const limit = samplesLimit({ ...MEASURED, replicas: 3 });
  expect(limit * RECOVER_SHARE).toBeGreaterThan(AT_REST_OF_THREE);
  // As load-scenarios raises it.
  expect(AT_REST_OF_THREE + SPIKE_SAMPLES * (limit / 8_800)).toBeGreaterThan(1.2 * limit);
  // bad-target has to fail, and the spike has not.
  expect(scrapeLimit(limit)).toBeLessThan(60_000);
  expect(scrapeLimit(limit)).toBeGreaterThan(SPIKE_SAMPLES * (limit / 8_800));
});

test.each([1, 10])('%i more targets of the user are let be; fewer change nothing', (more) => {
  const limit = samplesLimit({ ...MEASURED, targets: MEASURED.targets + more });
  expect(limit * RECOVER_SHARE).toBeGreaterThan(AT_REST_OF_TWO + more * 1_000);
  expect(samplesLimit({ ...MEASURED, targets: 0 })).toBe(8_800);
});

test('targets here are those that the demonstration plays, or all that are real', () => {
  const files = {
    ours: "- targets: ['trade-engine.trading.internal:9200', 'orders-1.example:9100']",
    theirs: "- targets: ['orders-2.example:9100']\n- targets: ['duckdb.trading.internal:9201']",
  };
  expect(targetsHere(files, false)).toBe(2);
  expect(targetsHere(files, true)).toBe(4);
});

test('the overlay has the limit of the replicas that are played', () => {
  const limitOf = (replicas: number): unknown =>
    localOverlay({
      hostAddress: '127.77.0.1',
      volumes: true,
      thanos: true,
      reach: CONTAINED,
      scraped: { ...MEASURED, replicas },
    }).cluster?.load;
  const load = (samplesPerSecond: number): object => ({ limits: { samplesPerSecond } });
  expect(limitOf(2)).toMatchObject(load(8_800));
  expect(limitOf(3)).toMatchObject(load(samplesLimit({ ...MEASURED, replicas: 3 })));
  // No more than three are.
  expect(limitOf(8)).toEqual(limitOf(3));
});
