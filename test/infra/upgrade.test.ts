import type { AppStacks } from '../../lib/core/review/change';
import { STATEFUL_IDS } from '../../lib/contract/stateful-ids';
import { recordedRelease } from '../fixtures/releases/recorded';
import { judged, rows, stacksOf } from './review-lab';

const before = recordedRelease('0.1.0');
const after = stacksOf((cluster) => cluster);
const found = judged(before, after);

test('an upgrade from 0.1.0 puts no data at risk, and keeps every id of what holds them', () => {
  expect(rows(found).filter((row) => row.startsWith('data at risk'))).toEqual([]);
  const ids = [STATEFUL_IDS.controlBucket, STATEFUL_IDS.blocksBucket, STATEFUL_IDS.blocksBucketPolicy];
  const volumes = [1, 2].map((n) => STATEFUL_IDS.dataVolume(0, `prometheus-${n}`));
  for (const stacks of [before, after]) {
    expect(Object.keys(stacks.stateful!.template.Resources)).toEqual(expect.arrayContaining([...ids, ...volumes]));
  }
});

test('its groups of machines are changed, none is made again or taken away', () => {
  const groups = found.changes.filter(({ type }) => type === 'AWS::AutoScaling::AutoScalingGroup');
  expect(groups.map(({ change }) => change)).toEqual(['changed', 'changed']);
});

test('CloudFormation would refuse it in one step: an export goes that the old nodes import', () => {
  const name = 'trading-metrics-query:ExportsOutputRefPrometheus2BCCDD0187D01660';
  expect(found.refused).toEqual([
    expect.stringContaining(`the export ${name} goes, and another stack still imports it`),
  ]);
});

test('in two steps nothing is refused: the first keeps the old target group, the second takes it away', () => {
  const between = stacksOf((cluster) => cluster, { upgradeFrom: '0.1.0' });
  for (const step of [judged(before, between), judged(between, after)]) {
    expect(step.refused).toEqual([]);
    expect(rows(step).filter((row) => row.startsWith('data at risk'))).toEqual([]);
  }
  const left = (stacks: AppStacks): boolean => 'Prometheus2BCCDD01' in stacks.query!.template.Resources;
  expect([left(between), left(after)]).toEqual([true, false]);
});
