import { UserError } from '../../contract/errors';
import { applyRewrites, type FileChange, type Rewrite } from '../../core/import/edits';
import { fromVersion2, hiddenSecrets, labelsOfTheCluster, secretFiles } from '../../core/import/own-rewrites';
import { rewriteOf, type Complaint } from '../../core/import/rewrites';
import { SecretNames, type Secret } from '../../core/import/secret-names';
import type { Ask, Inspected } from '../../infra/config/inspect';
import { FOREIGN } from '../../infra/config/native/gives-way';
import { ITS_OWN_LOCALHOST } from '../../infra/config/native/jobs';
import { MISSING_JOBS, MISSING_RULES } from '../../infra/config/native/files';
import { IN_CLEAR, UNDECLARED } from '../../infra/config/secrets/said';
import { placeOf } from '../../infra/config/programs/check';
import { withSettings, type NewSettings } from './cluster-file';
import type { Gathered } from './gathered';
import type { Stage } from './stage';

/** What an import would write, and why; nothing is written yet. */
export interface Plan {
  /** Place below config/ → text. */
  readonly files: Readonly<Record<string, string>>;
  /** The text of cluster.ts with what it needs; null where it has to be written by hand, as `settings` says. */
  readonly cluster: string | null;
  readonly settings: NewSettings;
  readonly secrets: readonly Secret[];
  readonly changes: readonly FileChange[];
  readonly told: readonly string[];
  /** What the check says then. */
  readonly left: readonly UserError[];
  readonly warnings: readonly string[];
  readonly unchecked: readonly string[];
}

/** What whoever imports said beside the source. */
export interface Wishes {
  readonly localhost: string | null;
  readonly values: Readonly<Record<string, string>>;
  readonly clusterFile: string;
  readonly clusterText: string;
  readonly clusterName: string;
  readonly hasAlertmanager: boolean;
}

const NOBODY = 'route: { receiver: nobody }\nreceivers:\n  - name: nobody\n';
/** Each round rewrites what the one before brought to light; a file that needs more has something that rewriting does not end. */
const MOST_ROUNDS = 8;

/** Rewrites what the check complains of, for as long as that helps; what is then left is for people. */
export function planImport(found: Gathered, wishes: Wishes, stage: Stage, ask: Ask): Plan {
  const attempt = new Attempt(found, wishes, stage);
  let checked = attempt.check(null);
  for (let round = 0; round < MOST_ROUNDS && attempt.rewrite(checked); round++) checked = attempt.check(null);
  return attempt.finish(attempt.check(ask));
}

class Attempt {
  private readonly names = new SecretNames();
  private readonly files: Record<string, string>;
  private readonly changes: FileChange[] = [];
  private readonly told: string[];
  private foreign = false;
  private localhost: string | null = null;

  constructor(
    private readonly found: Gathered,
    private readonly wishes: Wishes,
    private readonly stage: Stage,
  ) {
    const { prometheus, alertmanager, files } = found;
    this.told = [...found.told];
    this.files = { ...files, 'prometheus.yml': prometheus.text };
    if (alertmanager !== null) this.files['alertmanager.yml'] = alertmanager.text;
    else if (!wishes.hasAlertmanager) {
      this.files['alertmanager.yml'] = NOBODY;
      this.told.push('no alertmanager.yml was given: alerts reach nobody until config/alertmanager.yml says whom');
    }
    if (found.version?.startsWith('2.') === true) this.change('prometheus.yml', fromVersion2(prometheus.text));
    this.change('prometheus.yml', labelsOfTheCluster(this.files['prometheus.yml']!, this.wishes.clusterName));
    for (const place of ['prometheus.yml', 'alertmanager.yml']) {
      const text = this.files[place];
      if (text === undefined) continue;
      this.change(place, hiddenSecrets(text, this.names, this.fileOf(place)));
      this.change(place, secretFiles(this.files[place]!, this.names, this.fileOf(place)));
    }
  }

  check(ask: Ask): Inspected {
    return this.stage.check(this.files, this.cluster() ?? this.wishes.clusterText, ask);
  }

  /** @returns whether anything changed, so that it is worth another look */
  rewrite({ problems, warnings }: Inspected): boolean {
    const before = this.state();
    const rewrites = new Map<string, Rewrite[]>();
    for (const problem of problems) {
      if (problem.problem.what === FOREIGN) this.foreign = true;
      const { file, line, column } = placeOf(problem);
      const place = file === null ? null : this.stage.placeOf(file);
      const kind = kindOf(problem);
      const text = place === null ? undefined : this.files[place];
      if (kind === null || place === null || text === undefined || line === null || column === null) continue;
      const means = { file: this.fileOf(place), names: this.names, values: this.wishes.values };
      const rewrite = rewriteOf(kind, text, offsetOf(text, line, column), means);
      if (rewrite !== null) rewrites.set(place, [...(rewrites.get(place) ?? []), rewrite]);
    }
    for (const [place, list] of rewrites) this.change(place, list);
    if (warnings.some((warning) => warning.includes(ITS_OWN_LOCALHOST)))
      this.localhost = this.wishes.localhost ?? this.found.host;
    return this.state() !== before;
  }

  finish({ problems, warnings, unchecked }: Inspected): Plan {
    const meant = (text: string): string => this.stage.asMeant(text);
    const left = problems.map(
      ({ problem }) =>
        new UserError({
          ...problem,
          ...(problem.where === undefined ? {} : { where: meant(problem.where) }),
          ...(problem.got === undefined ? {} : { got: meant(problem.got) }),
          ...(problem.what === UNDECLARED
            ? { fix: `${problem.fix}; import writes values that it is told: --set NAME=VALUE` }
            : {}),
        }),
    );
    const { files, changes, told } = this;
    return {
      files,
      cluster: this.cluster(),
      settings: this.settings(),
      secrets: this.names.list(),
      changes,
      told,
      left,
      warnings: warnings.map(meant),
      unchecked,
    };
  }

  private settings(): NewSettings {
    const secrets = this.names.list();
    return {
      ...(this.localhost === null ? {} : { localhost: this.localhost }),
      ...(this.foreign ? { foreignAlertmanagers: 'replaced' } : {}),
      ...this.found.flags,
      secrets: Object.fromEntries(secrets.map((one) => [one.name, `${this.wishes.clusterName}/${one.name}`])),
    };
  }

  private cluster(): string | null {
    return withSettings(this.wishes.clusterFile, this.wishes.clusterText, this.settings());
  }

  private change(place: string, rewrites: readonly Rewrite[]): void {
    const { text, changes } = applyRewrites(this.fileOf(place), this.files[place] ?? '', rewrites);
    this.files[place] = text;
    this.changes.push(...changes);
  }

  /** Where the user has it, for whoever reads what changed. */
  private fileOf(place: string): string {
    if (place === 'prometheus.yml') return this.found.prometheus.file;
    return place === 'alertmanager.yml' ? (this.found.alertmanager?.file ?? place) : place;
  }

  private state(): string {
    return JSON.stringify([this.files, this.settings(), this.names.list()]);
  }
}

/** What import can rewrite, by how the check says it. */
function kindOf({ problem: { what } }: UserError): Complaint | null {
  if (what.startsWith(IN_CLEAR)) return what.endsWith('in a URL') ? 'secret in a URL' : 'secret';
  if (what === UNDECLARED) return 'placeholder';
  if (what === MISSING_RULES || what === MISSING_JOBS) return 'missing file';
  return null;
}

function offsetOf(text: string, line: number, column: number): number {
  const lines = text.split('\n');
  return lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0) + column - 1;
}
