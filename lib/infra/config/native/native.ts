import { isMap, type Node, type YAMLMap } from 'yaml';
import { UserError } from '../../../contract/errors';
import { writeGoYaml } from '../../../core/rendering/go-yaml';
import { at, extend, itemsOf, textOf } from '../../../core/rendering/yaml-nodes';
import { isReserved, reservedName } from '../reserved';
import { mustBeList, otherFiles, ruleFiles, scrapeConfigFiles, type Folder, type Named } from './files';
import { giveWay, type Settings } from './gives-way';
import { mapLocalhost, nodesForSelf, targetsIn } from './jobs';
import { dropProfiles } from '../reach/profiles';
import { refuseSecrets } from '../secrets/prometheus';
import { keyNode, readUsersYaml, type Said, type UsersYaml } from './source';

/** config/prometheus.yml as a part of a bundle. */
export interface Native {
  /** Without comments, anchors resolved; what hangs on other files of config/ is resolved as well. */
  readonly text: string;
  readonly named: Named;
  /** Names of jobs → where each stands. */
  readonly jobs: ReadonlyMap<string, string>;
  /** Targets that are written down. */
  readonly targets: readonly string[];
  /** Whether others are only found where it runs. */
  readonly discovers: boolean;
}

/** Lists that are walked here; the form of everything else is promtool's to judge. */
const LISTS = ['scrape_configs', 'rule_files', 'scrape_config_files', 'remote_write'];

/** The user's prometheus.yml, as it is but for what has to give way. Null where it cannot be read at all. */
export function adaptNative(file: string, text: string, folder: Folder, settings: Settings, said: Said): Native | null {
  const source = readUsersYaml(file, '', text, said);
  if (source === null) return null;
  const problems = said.problems.length;
  LISTS.forEach((key) => mustBeList(source, key, said));
  if (said.problems.length > problems) return null;
  const others = scrapeConfigFiles(source, folder, said);
  const named: Named = { files: {}, rules: [] };
  ruleFiles(source, folder, named, said);
  giveWay(source, settings, said);
  const seen = new Map<string, string>();
  const jobs = [source, ...others].flatMap((one) => jobsOf(one, { folder, named, settings, seen, said }));
  source.root.delete('scrape_configs');
  extend(source.root, 'scrape_configs', jobs);
  const { written, discovers } = targetsIn(jobs);
  return {
    text: writeGoYaml(source.root),
    named,
    jobs: seen,
    targets: written,
    discovers,
  };
}

/** Whether a name is one of secrets. */
export const declaredIn =
  (secrets: Settings['secrets'] = {}) =>
  (name: string): boolean =>
    Object.hasOwn(secrets, name);

interface Around {
  readonly folder: Folder;
  readonly named: Named;
  readonly settings: Settings;
  /** Names of jobs → where each stands. */
  readonly seen: Map<string, string>;
  readonly said: Said;
}

function jobsOf(source: UsersYaml, { folder, named, settings, seen, said }: Around): YAMLMap[] {
  const isDeclared = declaredIn(settings.secrets);
  refuseSecrets(source, isDeclared, said);
  dropProfiles(source, said);
  const jobs = itemsOf(at(source.root, 'scrape_configs')).filter((job) => isMap(job));
  for (const job of jobs) said.problems.push(...badName(job, source, seen));
  const left = jobs.filter((job) => nodesForSelf(job, source, said));
  source.root.delete('scrape_configs');
  extend(source.root, 'scrape_configs', left);
  otherFiles(source, folder, named, isDeclared, said);
  mapLocalhost(source, settings.localhost, said);
  return left;
}

const nameOf = (job: Node): string => textOf(at(job, 'job_name')) ?? '';

function badName(job: YAMLMap, { where }: UsersYaml, seen: Around['seen']): UserError[] {
  const name = nameOf(job);
  const place = where(at(job, 'job_name') ?? keyNode(job, 'job_name') ?? job);
  if (name === '') {
    return [
      new UserError({
        what: 'a job has no name',
        where: place,
        got: 'no job_name',
        expected: 'job_name: a name that no other job has',
        fix: 'add it',
      }),
    ];
  }
  if (isReserved(name)) return [reservedName('a job', name, place)];
  const first = seen.get(name);
  if (first === undefined) {
    seen.set(name, place);
    return [];
  }
  return [sameName(name, place, first)];
}

/** @param first where the other one stands */
export function sameName(name: string, where: string, first: string): UserError {
  return new UserError({
    what: 'two jobs have the same name',
    where,
    got: `'${name}', the other one is at ${first}`,
    expected: 'each once',
    fix: 'rename one, or put the targets of both into one',
  });
}
