import { join } from 'node:path';
import { ifItCanBeHad, onThisMachine, type ResolvedTool } from '../tools';
import { killMarked, launch, MARKS } from './hosts/processes';
import type { Start } from './start-options';

/** Carried by what builds Thanos beside the run, so that it ends with the run. */
const BUILD_MARK = 'thanos-build';

/** Null when the system has to do without, which is said once. */
export async function findThanos(start: Start): Promise<ResolvedTool | null> {
  const onProgress = (line: string): void => start.onProgress(`  ${line}`);
  const found =
    start.missingThanos === 'wait'
      ? await ifItCanBeHad('thanos', { onProgress })
      : await onThisMachine('thanos', { onProgress });
  if (found?.note !== undefined) onProgress(found.note);
  if (found !== null) return found;
  if (start.missingThanos === 'build-for-next-time') buildBeside(start);
  const next =
    start.missingThanos === 'build-for-next-time'
      ? 'it is being built meanwhile, which takes some minutes, and used at the next start'
      : '`npx tsx local/tools/cli.ts thanos` builds it';
  onProgress(`Thanos is not on this machine: the system runs without it, queries go to the nodes; ${next}`);
  return null;
}

/** A process of its own: Ctrl-C ends it with everything else. Go keeps what is compiled, so the next time goes on. */
function buildBeside(start: Start): void {
  const log = join(start.dir, 'logs', 'thanos-build.log');
  const marks = { [MARKS.run]: start.runId, [MARKS.instance]: BUILD_MARK };
  const cli = ['--require', require.resolve('tsx/cjs'), join(__dirname, '..', 'tools', 'cli.ts'), 'thanos'];
  const building = launch({
    name: 'build of Thanos',
    command: 'nice',
    args: ['-n', '19', process.execPath, ...cli],
    // The user's own environment: Go's settings and proxies are in there.
    env: { ...(process.env as Record<string, string>), ...marks },
    log,
  });
  start.cleanup.defer('stop the build of Thanos', () => killMarked(marks));
  void building.ended.then((how) => {
    if (how === 'exit 0') start.onEvent('Thanos is built: the next start uses it');
    else start.onEnd('the build of Thanos', `${how}; see ${log}`);
  });
}
