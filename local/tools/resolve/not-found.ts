import { UserError } from '../../../lib/contract/errors';
import type { Bundle, ToolName } from '../catalog/types';
import { GO_NEEDED } from '../sources/go';
import { PYTHON_NEEDED } from '../sources/pypi';
import { overrideVariable } from './override';

/** Nowhere, from no source. */
export class ToolNotFound extends UserError {}

export function notFound(bundle: Bundle, tools: readonly ToolName[], tried: readonly string[]): ToolNotFound {
  const { name, exact, pinned, oldest, below } = bundle;
  const range = `version ${oldest} or newer${below === undefined ? '' : `, below ${below}`}`;
  const unreachable = tried.some((line) => /out of reach/.test(line) && !line.startsWith('release:'));
  const ways = [
    ...(unreachable ? ['check the network and the proxy'] : []),
    ...(bundle.pypi === undefined || unreachable ? [] : [PYTHON_NEEDED]),
    ...(bundle.go === undefined || !exact || unreachable ? [] : [GO_NEEDED]),
    ...(exact ? [] : [`install ${name} so that it is on PATH`]),
    `set ${tools.map((tool) => `${overrideVariable(tool)}=/path/to/${tool}`).join(' ')}`,
  ];
  return new ToolNotFound({
    what: `${tools.join(' and ')} could not be found or got`,
    got: ['tried', ...tried.map((line) => `    ${line}`)].join('\n'),
    expected: exact ? `version ${pinned}` : range,
    fix: ways.join(', or '),
  });
}
