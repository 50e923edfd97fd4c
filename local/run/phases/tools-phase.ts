import { join } from 'node:path';
import { VERSIONS } from '../../../lib/contract/versions';
import { ifItCanBeHad, onThisMachine, resolveTools, RUN_TOOLS, whyNoBuild, type ResolvedTool } from '../../tools';
import { killMarked, launch, MARKS } from '../hosts/processes';
import type { Start } from '../start-options';

export interface Tools {
  readonly tools: Readonly<Record<(typeof RUN_TOOLS)[number], ResolvedTool>>;
  /** Null when the system runs without it. */
  readonly thanos: ResolvedTool | null;
}

/** Carried by what builds beside the run, so that it ends with the run. */
const BUILD_MARK = 'build-of-tools';

/** The programs; what stands in and what is missing is said once. */
export async function findTools(start: Start): Promise<Tools> {
  const onProgress = (line: string): void => start.onProgress(`  ${line}`);
  const options = { onProgress, signal: start.signal };
  const standIns = start.builds === 'nothing' ? 'first' : 'last';
  const tools = await resolveTools(RUN_TOOLS, { ...options, standIns });
  const thanos = await (start.builds === 'all' ? ifItCanBeHad : onThisMachine)('thanos', options);
  const { prometheus, alertmanager } = tools;
  const other = [prometheus, alertmanager].filter(({ standsInFor }) => standsInFor !== undefined);
  const pinned = [
    ...other.map(({ name, standsInFor }) => `${name} ${standsInFor}`),
    ...(thanos === null ? [`thanos ${VERSIONS.thanos.version}`] : []),
  ];
  if (pinned.length === 0) return { tools, thanos };
  const now = [
    ...other.map(({ name, version, source }) => `${name} ${version} (${source}) stands in`),
    ...(thanos === null ? ['queries go to the nodes without Thanos'] : []),
  ];
  const why = start.builds === 'nothing' ? await whyNoBuild(start.signal) : null;
  const next =
    start.builds !== 'nothing'
      ? '`npx tsx local/tools/cli.ts` builds it'
      : why === null
        ? 'being built meanwhile, for the next start'
        : `not built: ${why}`;
  onProgress(`${now.join(', ')}; ${pinned.join(', ')}: ${next}`);
  if (start.builds === 'nothing' && why === null) buildBeside(start, pinned);
  return { tools, thanos };
}

/** A process of its own: Ctrl-C ends it with everything else. What is compiled by then is kept, so the next time goes on. */
function buildBeside(start: Start, pinned: readonly string[]): void {
  const log = join(start.dir, 'logs', 'tools.log');
  const marks = { [MARKS.run]: start.runId, [MARKS.instance]: BUILD_MARK };
  const names = pinned.map((name) => name.split(' ')[0]!);
  const cli = ['--require', require.resolve('tsx/cjs'), join(__dirname, '..', '..', 'tools', 'cli.ts'), '--pinned'];
  const building = launch({
    name: 'build of tools',
    command: 'nice',
    args: ['-n', '19', process.execPath, ...cli, ...names],
    // The user's own environment: Go's settings and proxies are in there.
    env: { ...(process.env as Record<string, string>), ...marks },
    log,
  });
  start.cleanup.defer('stop the build of tools', () => killMarked(marks));
  void building.ended.then((how) => {
    if (how === 'exit 0') start.onEvent(`${pinned.join(', ')}: built, the next start uses it`);
    else start.onEnd(`the build of ${pinned.join(', ')}`, `${how}; see ${log}`);
  });
}
