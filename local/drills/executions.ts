import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunState } from '../../lib/shell/local/run-state';
import { fields, number, whole } from '../../lib/contract/shape';
import { ownDocument } from '../../lib/shell/local/own-document';
import { LAMBDA_LOG } from '../run/functions/control-plane';

const EXECUTIONS = ownDocument('line of lambda.jsonl', fields({ at: number, running: whole }));

/** Executions of functions, all of them counted, that ran at once from `since` (ms since the Unix epoch) on, at most. */
export const executionsAtOnce = ({ dir }: Pick<RunState, 'dir'>, since: number): number =>
  mostAtOnce(readFileSync(join(dir, 'logs', LAMBDA_LOG), 'utf8'), since);

/** @param log lambda.jsonl: `running` is how many run just after the line */
export function mostAtOnce(log: string, since: number): number {
  let before = 0;
  let most = 0;
  for (const line of log.split('\n').filter((text) => text !== '')) {
    const { at, running } = EXECUTIONS.parse(line, LAMBDA_LOG);
    if (at >= since) most = Math.max(most, running);
    else before = running;
  }
  return Math.max(before, most);
}
