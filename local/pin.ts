import { join, relative, resolve } from 'node:path';
import { stayAwake } from '../lib/shell/async/stay-awake';
import { UserError } from '../lib/contract/errors';
import { awsImages, pinImage } from './pin/image';
import { Stopped, stopOnSignals } from './tools';
import { pin } from './tools/pin/pin';
import { releaseHost } from './tools/process/download';
import { moduleSum } from './tools/sources/go';

const FILE = join(__dirname, '../lib/contract/versions/versions.json');
const CLUSTER_FILE = join(__dirname, '../config/cluster.ts');
const say = (line: string): void => console.log(line);

/**
 * `npm run pin -- PROGRAM VERSION`, or `npm run pin -- image [FILE]`, FILE being another config/cluster.ts.
 * Exit codes: 0 pinned, 1 not, 130 stopped; only at 0 is the file another.
 */
async function main(args: readonly string[], signal: AbortSignal): Promise<void> {
  const [program = '', version = ''] = args;
  if (program === 'image') {
    return say(await pinImage(resolve(version || CLUSTER_FILE), awsImages(signal)));
  }
  const host = releaseHost(process.env);
  await pin(program, version, {
    file: FILE,
    host,
    signal,
    onProgress: say,
    moduleSum: (module) => moduleSum(module, signal, say),
  });
  say(`${program} ${version} is pinned in ${relative(process.cwd(), FILE)}: look at \`git diff\`, then \`npm test\``);
}

stayAwake(() => stopOnSignals((signal) => main(process.argv.slice(2), signal))).catch((error: Error) => {
  console.error(error instanceof UserError || error instanceof Stopped ? error.message : error.stack);
  process.exitCode = error instanceof Stopped ? 130 : 1;
});
