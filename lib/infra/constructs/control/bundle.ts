import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { buildSync, type BuildFailure, type BuildOptions } from 'esbuild';
import { UserError } from '../../../contract/errors';
import { NODE_TARGET } from '../../../contract/versions';

/** Of a function that somebody waits for: what is larger starts slowly. */
const MAX_BUNDLE_BYTES = 600_000;

/** A module's path, or the text of one that is made at synth; its imports begin at the root. */
export type BundleEntry = string | { readonly name: string; readonly contents: string };

interface Built {
  readonly text: string;
  /** What is in it: path → bytes. */
  readonly inputs: Readonly<Record<string, { readonly bytesInOutput: number }>>;
}

/**
 * One minified CommonJS file with everything it imports, the AWS SDK included: what was tested is what runs, not
 * the SDK that the runtime happens to bring. Same sources, same bytes.
 *
 * @throws UserError when the bundle is larger than `limit`, naming what makes it so
 */
export function bundle(entry: BundleEntry, root: string, limit = MAX_BUNDLE_BYTES): string {
  const name = typeof entry === 'string' ? relative(root, entry) : entry.name;
  const { text, inputs } =
    typeof entry !== 'string'
      ? only(
          build(root, name, { stdin: { contents: entry.contents, resolveDir: root, sourcefile: name, loader: 'ts' } }),
        )
      : (deployed(root, name) ?? only(build(root, name, { entryPoints: [entry] })));
  const bytes = Buffer.byteLength(text);
  if (bytes > limit) {
    const largest = Object.entries(inputs)
      .sort(([, a], [, b]) => b.bytesInOutput - a.bytesInOutput)
      .slice(0, 3)
      .map(([path, { bytesInOutput }]) => `${path} (${bytesInOutput})`);
    throw new UserError({
      what: `the bundle of ${name} is too large`,
      got: `${bytes} bytes, most of them from ${largest.join(', ')}`,
      expected: `at most ${limit} bytes`,
      fix: 'import less, or call the one AWS API by a smaller client',
    });
  }
  return text;
}

const only = (built: ReadonlyMap<string, Built>): Built => [...built.values()][0]!;

const together = new Map<string, ReadonlyMap<string, Built>>();

/** What is deployed of `root` is built at once: so what all of them import, the SDK above all, is read once. */
function deployed(root: string, name: string): Built | undefined {
  const functions = join(root, 'lambdas');
  const entries = (existsSync(functions) ? readdirSync(functions) : [])
    .map((directory) => join('lambdas', directory, 'handler.ts'))
    .concat(join('agent', 'main.ts'))
    .filter((path) => existsSync(join(root, path)));
  if (!entries.includes(name)) return undefined;
  const built =
    together.get(root) ?? build(root, name, { entryPoints: entries.map((path) => join(root, path)), outdir: root });
  together.set(root, built);
  return built.get(name);
}

/** By entry. */
function build(root: string, name: string, what: BuildOptions): ReadonlyMap<string, Built> {
  const options = {
    ...what,
    absWorkingDir: root,
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    platform: 'node',
    target: NODE_TARGET,
    format: 'cjs',
    // ES modules first: esbuild drops what is not used of them, which a CommonJS build of the SDK does not allow.
    mainFields: ['module', 'main'],
    legalComments: 'none',
    charset: 'utf8',
    logLevel: 'silent',
  } satisfies BuildOptions;
  const { outputFiles, metafile } = explained(name, () => buildSync(options));
  return new Map(
    Object.values(metafile.outputs).map(({ entryPoint, inputs }, i) => [
      entryPoint ?? name,
      { text: outputFiles[i]!.text, inputs },
    ]),
  );
}

/** @throws UserError with esbuild's first complaint, instead of all that it knows of it */
function explained<T>(name: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    const [first] = (error as Partial<BuildFailure>).errors ?? [];
    if (first === undefined) throw error;
    throw new UserError({
      what: `${name} cannot be bundled`,
      ...(first.location && { where: `${first.location.file}:${first.location.line}:${first.location.column + 1}` }),
      got: first.text,
      expected: 'modules that esbuild can put into one file',
      fix: 'correct what the message names',
    });
  }
}

/** Gives `use` a file with this content; afterwards it is gone, so the CDK must have staged a copy by then. */
export function withFile<T>(name: string, content: string, use: (path: string, directory: string) => T): T {
  const directory = mkdtempSync(join(tmpdir(), 'prometheus-ha-'));
  try {
    const path = join(directory, name);
    writeFileSync(path, content);
    if (statSync(path).size === 0) throw new Error(`${name} is empty`);
    return use(path, directory);
  } finally {
    rmSync(directory, { recursive: true });
  }
}
