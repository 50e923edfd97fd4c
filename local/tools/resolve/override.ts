import { UserError } from '../../../lib/contract/errors';
import type { Bundle, ResolvedTool, ToolName } from '../catalog/types';
import { checkVersions } from './check';
import type { Context } from './context';
import { withPython } from './probe';

/** The environment variable that names a program of the user's own. */
export function overrideVariable(tool: ToolName): string {
  return `PROMHA_TOOL_${tool.toUpperCase().replace(/[-.]/g, '_')}`;
}

/** The user's own program for a tool, null when none is named. @throws UserError when it cannot be used */
export async function override(bundle: Bundle, tool: ToolName, { env, signal }: Context): Promise<ResolvedTool | null> {
  const variable = overrideVariable(tool);
  const path = env[variable];
  if (!path) return null;
  try {
    const module = bundle.pypi?.importCheck;
    const program = module === undefined ? { path, env: {} } : await withPython(path, module, signal);
    const [found] = await checkVersions(bundle, [tool], { [tool]: program }, 'PATH', 'stand-in', signal);
    return found!;
  } catch (error) {
    signal.throwIfAborted();
    throw new UserError({
      what: `${variable} names a program that cannot be used`,
      got: `${path} (${(error as Error).message})`,
      expected: `${tool} of version ${bundle.oldest} or newer`,
      fix: `correct ${variable}, or unset it`,
    });
  }
}
