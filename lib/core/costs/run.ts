import type { QuietRun } from '../../contract/documents/quiet-run';
import { UserError } from '../../contract/errors';
import { growthOfCall, nameOfCall, OF_CLUSTER, planeOfCall, priceOfCall, type Size } from './calls';
import { SECONDS_OF_MONTH, type Quantity } from './item';

/** A function of a template: one shard's. */
export interface TemplateFunction {
  /** As in lambdas/: without cluster and shard. */
  readonly name: string;
  readonly memoryMiB: number;
  readonly isArm: boolean;
}

/** Lambda's own lines (START, END, REPORT) and CloudWatch's 26 bytes for each line come on top of what a function writes. */
const BYTES_OF_REQUEST = 350;
const BYTES_OF_LINE = 26;
const GB = 2 ** 30;

/** What a quiet run makes of a month of the deployment that the templates describe. @throws UserError */
export function quantitiesOfRun(run: QuietRun, functions: readonly TemplateFunction[], size: Size): Quantity[] {
  const months = SECONDS_OF_MONTH / run.seconds;
  const names = functions.map(({ name }) => name);
  const calls = run.calls.filter(({ by, name }) => by !== 'function' || names.includes(name));
  return [
    ...calls.flatMap((line): Quantity[] => {
      const rate = priceOfCall(line);
      if (rate === null) return [];
      const growth = growthOfCall(line);
      const counted = (line.count * months * growth(size)) / growth(run);
      return [{ name: nameOfCall(line), plane: planeOfCall(line), rate, counted, unit: 'requests', from: 'run' }];
    }),
    ...functions.flatMap((one) => ofFunction(one, run, months)),
    ...metricsOf(run, names, size),
  ];
}

function ofFunction({ name, memoryMiB, isArm }: TemplateFunction, run: QuietRun, months: number): Quantity[] {
  const ran = run.functions.find((one) => one.name === name);
  if (ran === undefined)
    throw new UserError({
      what: 'a function was not there when calls were counted',
      got: name,
      expected: run.functions.map((one) => one.name).join(', '),
      fix: 'count again: npm run measure -- quiet',
    });
  const bytes = ran.logBytes + ran.logLines * BYTES_OF_LINE + ran.requests * BYTES_OF_REQUEST;
  const of = { plane: 'control', from: 'run' } as const;
  const gb = (bytes / GB) * months;
  return [
    { ...of, name: `function ${name}`, rate: 'lambdaRequest', counted: ran.requests * months, unit: 'requests' },
    {
      ...of,
      name: `function ${name}`,
      rate: isArm ? 'lambdaGbSecondArm' : 'lambdaGbSecondX86',
      counted: ran.seconds * months * (memoryMiB / 1024),
      unit: 'GB-s',
    },
    { ...of, name: 'logs of functions', rate: 'logsIngestedGb', counted: gb, unit: 'GB' },
    // Kept for a month.
    { ...of, name: 'logs of functions, kept', rate: 'logsGbMonth', counted: gb, unit: 'GB-months' },
  ];
}

/** A metric is paid for once, however often it is published. */
function metricsOf(run: QuietRun, functions: readonly string[], { shards }: Size): Quantity[] {
  const counted = run.metrics
    .filter((metric) => functions.includes(metric.function))
    .reduce((sum, metric) => sum + (OF_CLUSTER.includes(metric.function) ? 1 : shards), 0);
  return [{ name: 'metrics', plane: 'control', rate: 'metricMonth', counted, unit: 'metrics', from: 'run' }];
}
