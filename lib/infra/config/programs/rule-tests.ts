import { join } from 'node:path';
import { UserError } from '../../../contract/errors';
import { complaintsIn } from './complaints';
import type { Checker } from './find';
import { runChecker } from './run';

/** Of a report that fills a screen for each series that differs. */
const MOST_LINES = 30;

/**
 * Runs `promtool test rules` on the user's own files, one after the other; each that fails is a problem.
 * `dir`: the directory of the tests; they name rule files relative to themselves (../rules/….yml).
 */
export function testsByPromtool(
  promtool: Checker,
  dir: string,
  names: readonly string[],
  label: (name: string) => string,
): UserError[] {
  return names.flatMap((name) => {
    const { accepted, output } = runChecker(promtool, ['test', 'rules', join(dir, name)], dir);
    if (accepted) return [];
    const lines = (/FAILED:\n([^]*)$/.exec(output)?.[1] ?? complaintsIn(output).join('\n') ?? output)
      .trimEnd()
      .split('\n');
    const line = /\bline (\d+)\b/.exec(lines[0] ?? '')?.[1];
    const rest = lines.length > MOST_LINES ? [`… and ${lines.length - MOST_LINES} lines more`] : [];
    return [
      new UserError({
        what: `promtool ${promtool.version}: this test of rules does not pass`,
        where: `${label(name)}${line === undefined ? '' : `:${line}`}`,
        got: [...lines.slice(0, MOST_LINES), ...rest].join('\n').trim(),
        expected: 'what the test says of the rules, as in `promtool test rules`',
        fix: 'correct the rule or the test',
      }),
    ];
  });
}
