import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { AppStacks } from '../../lib/core/review/change';
import { STATEFUL_IDS } from '../../lib/contract/stateful-ids';
import { ROOT } from '../fixtures/config-dir';
import { judged, rows, stacksOf } from './review-lab';

/** What version 0.1.0 deployed, as its `cdk synth` made it of the configuration that it came with; without metadata. */
const RECORDED = join(ROOT, 'test/fixtures/releases/0.1.0.json');
const stack = z.object({
  stackName: z.string(),
  environment: z.string(),
  terminationProtection: z.boolean(),
  template: z.looseObject({
    Resources: z.record(
      z.string(),
      z.looseObject({ Type: z.string(), Properties: z.record(z.string(), z.unknown()).optional() }),
    ),
    Outputs: z
      .record(
        z.string(),
        z.looseObject({
          Value: z.unknown(),
          Export: z.looseObject({ Name: z.unknown() }).optional(),
        }),
      )
      .optional(),
  }),
});
const before: AppStacks = z.record(z.string(), stack).parse(JSON.parse(readFileSync(RECORDED, 'utf8')));
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

test('what CloudFormation would refuse of it is one export, and docs/deploying.md says how to get past', () => {
  const [refused, ...more] = found.refused;
  expect(more).toEqual([]);
  const name = /the export (\S+) goes, and another stack still imports it/.exec(refused ?? '')?.[1];
  expect(name).toBe('trading-metrics-query:ExportsOutputRefPrometheus2BCCDD0187D01660');
  const page = readFileSync(join(ROOT, 'docs/deploying.md'), 'utf8');
  expect(page).toContain(name!.replace('trading-metrics', '<name>'));
});
