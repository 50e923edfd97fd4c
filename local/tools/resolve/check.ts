import type { Bundle, Program, Programs, ResolvedTool, SourceName, ToolName } from '../catalog/types';
import { compareVersions, versionProblem } from '../catalog/version';
import { probe } from './probe';

/** `wanted`: what the bundle asks for. `stand-in`: a version of any age that can be worked with. */
export type Use = 'wanted' | 'stand-in';

/** Runs each tool and looks at its version. @throws Error with the first reason against one */
export async function checkVersions(
  bundle: Bundle,
  tools: readonly ToolName[],
  programs: Programs,
  source: SourceName,
  use: Use,
  signal: AbortSignal,
): Promise<ResolvedTool[]> {
  return Promise.all(
    tools.map(async (tool) => {
      const program = programs[tool];
      if (program === undefined) throw new Error(`it holds no ${tool}`);
      const version = await probe(bundle, tool, program, signal);
      const problem = problemOf(bundle, version, use);
      if (problem !== null) throw new Error(`${program.path}: ${problem}`);
      return resolved(bundle, tool, program, version, source);
    }),
  );
}

function problemOf(bundle: Bundle, version: string, use: Use): string | null {
  if (use === 'wanted' && bundle.exact && !isPinned(bundle, version))
    return `version ${version}, only ${bundle.pinned} is what was tested`;
  return versionProblem(version, { atLeast: bundle.oldest, below: bundle.below });
}

const isPinned = ({ pinned }: Bundle, version: string): boolean =>
  pinned !== null && compareVersions(version, pinned) === 0;

export function resolved(
  bundle: Bundle,
  name: ToolName,
  program: Program,
  version: string,
  source: SourceName,
): ResolvedTool {
  const standsIn = bundle.exact && !isPinned(bundle, version);
  return {
    name,
    version,
    source,
    ...program,
    ...(standsIn && {
      standsInFor: bundle.pinned!,
      note: `${name} ${version} (${source}) stands in for ${bundle.pinned}, which is what is deployed`,
    }),
  };
}
