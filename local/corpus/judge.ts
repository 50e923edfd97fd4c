import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { inOneLine, type UserError } from '../../lib/contract/errors';
import { readGoYaml } from '../../lib/core/rendering/go-yaml';
import { at, textsOf } from '../../lib/core/rendering/yaml-nodes';
import { gatherFiles } from '../../lib/cli/import/from-files';
import { planImport } from '../../lib/cli/import/plan';
import { Stage } from '../../lib/cli/import/stage';
import { inspect } from '../../lib/infra/config/inspect';
import { isPattern } from '../../lib/infra/config/native/paths';
import { findCheckers } from '../../lib/infra/config/programs/check';
import { complaintsIn } from '../../lib/infra/config/programs/complaints';
import { VERSIONS } from '../../lib/contract/versions';
import type { CorpusFile, Kind } from './verdicts';

const CONFIG = join(__dirname, '../../config');
const NOBODY = 'route: { receiver: nobody }\nreceivers: [{ name: nobody }]\n';

/** What the file configures, by its keys; null: neither Prometheus nor Alertmanager. */
export function kindOf(text: string): Kind | null {
  if (/^(apiVersion|kind):/m.test(text)) return null;
  if (/^['"]?(route|receivers)['"]?\s*:/m.test(text)) return 'alertmanager';
  return /^['"]?(scrape_configs|scrape_config_files|global|alerting|rule_files|remote_write|remote_read|otlp|storage)['"]?\s*:/m.test(
    text,
  )
    ? 'prometheus'
    : null;
}

/** Asks the tools and the project's own check about one file each. */
export class Judge {
  private readonly asked = findCheckers(VERSIONS);
  private readonly dir = mkdtempSync(join(tmpdir(), 'promha-corpus-'));
  private readonly clusterFile = join(this.dir, 'cluster.ts');

  /** @param imported judges what `promha import` makes of the files, and not the files themselves */
  constructor(private readonly imported: boolean) {
    // As delivered, but for what refers to rules and targets that are not there.
    const cluster = readFileSync(join(CONFIG, 'cluster.ts'), 'utf8')
      .replace("'../lib/infra/config/cluster'", JSON.stringify(join(CONFIG, '../lib/infra/config/cluster')))
      .replace(/^ {2}remedies: \[\n[^]*?^ {2}\],\n/m, '');
    writeFileSync(this.clusterFile, cluster);
    cpSync(join(CONFIG, 'cluster.lock.json'), join(this.dir, 'cluster.lock.json'));
  }

  judge(path: string, file: string): CorpusFile | null {
    const text = readFileSync(path, 'utf8');
    const kind = kindOf(text);
    if (kind === null) return null;
    const dir = join(this.dir, 'config');
    rmSync(dir, { recursive: true, force: true });
    mkdirSync(dir);
    writeFileSync(join(dir, 'prometheus.yml'), kind === 'prometheus' ? text : '');
    writeFileSync(join(dir, 'alertmanager.yml'), kind === 'alertmanager' ? text : NOBODY);
    if (kind === 'prometheus') standIns(text, dir);
    return { file, kind, tool: this.ask(kind, dir), ...this.check(dir) };
  }

  end(): void {
    rmSync(this.dir, { recursive: true });
  }

  private ask(kind: Kind, cwd: string): string | null | undefined {
    const { promtool, amtool } = this.asked.checkers;
    const tool = kind === 'prometheus' ? promtool : amtool;
    if (tool === null) return undefined;
    const args = kind === 'prometheus' ? ['check', 'config', '--syntax-only'] : ['check-config'];
    const env = { ...process.env, ...tool.env };
    const { status, stdout, stderr } = spawnSync(tool.path, [...args, `${kind}.yml`], { cwd, env, encoding: 'utf8' });
    return status === 0 ? null : (complaintsIn(`${stdout}\n${stderr}`)[0] ?? stderr.trim());
  }

  private check(dir: string): Pick<CorpusFile, 'problems' | 'crashed'> {
    try {
      const problems = this.imported
        ? this.leftByImport(dir)
        : inspect(this.clusterFile, dir, () => this.asked).problems;
      return { problems: problems.map(brief), crashed: null };
    } catch (error) {
      return { problems: [], crashed: error instanceof Error ? error.message : String(error) };
    }
  }

  /** As an operator would: a dry run first, then others with values for the variables that are no secrets. */
  private leftByImport(dir: string): readonly UserError[] {
    const plan = (values: Readonly<Record<string, string>>): readonly UserError[] => {
      const stage = new Stage(this.clusterFile, join(this.dir, 'nowhere'));
      const clusterText = readFileSync(this.clusterFile, 'utf8');
      const wishes = { localhost: null, values, clusterFile: this.clusterFile, clusterText, clusterName: 'corpus' };
      try {
        return planImport(gatherFiles(dir, null), { ...wishes, hasAlertmanager: false }, stage, () => this.asked).left;
      } finally {
        stage.end();
      }
    };
    const values: Record<string, string> = {};
    for (;;) {
      const left = plan(values);
      const unknown = left.flatMap(({ problem }) => /\$\{?(\w+)/.exec(problem.got ?? '')?.[1] ?? []);
      const newOnes = unknown.filter((name) => !Object.hasOwn(values, name));
      if (newOnes.length === 0) return left;
      for (const name of newOnes) values[name] = 'example';
    }
  }
}

const brief = (error: UserError): CorpusFile['problems'][number] => ({
  what: error.problem.what,
  line: inOneLine(error),
});

/** A corpus has the one file: what it names by its path lies beside it, and is empty. */
function standIns(text: string, dir: string): void {
  const { root } = readGoYaml(text);
  const named = [
    ...textsOf(at(root, 'rule_files')).map((path) => [path, 'groups: []\n'] as const),
    ...textsOf(at(root, 'scrape_config_files')).map((path) => [path, 'scrape_configs: []\n'] as const),
  ];
  for (const [path, content] of named) {
    if (isPattern(path) || basename(path) === '' || /prometheus\.yml$/.test(path)) continue;
    writeFileSync(join(dir, basename(path)), content);
  }
}
