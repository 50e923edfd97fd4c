import { stringify } from 'yaml';

type Labels = Readonly<Record<string, string>>;

/** Labels that a job gives to what it finds, and not the file. */
const OF_THE_JOB = ['job'];

/**
 * The files of file_sd_configs, by their path on the server, as its targets tell: each has its address and labels. What a file
 * says in labels that begin with two underscores is not told apart from what the job says.
 */
export function targetFilesOf(discovered: readonly Labels[]): Record<string, string> {
  const files = new Map<string, Map<string, { targets: string[]; labels: Labels }>>();
  for (const all of discovered) {
    const path = all['__meta_filepath'];
    const address = all['__address__'];
    if (path === undefined || address === undefined) continue;
    const labels = Object.fromEntries(
      Object.entries(all).filter(([name]) => !name.startsWith('__') && !OF_THE_JOB.includes(name)),
    );
    const groups = files.get(path) ?? new Map<string, { targets: string[]; labels: Labels }>();
    files.set(path, groups);
    const key = JSON.stringify(labels);
    const group = groups.get(key) ?? { targets: [], labels };
    groups.set(key, group);
    if (!group.targets.includes(address)) group.targets.push(address);
  }
  return Object.fromEntries([...files].map(([path, groups]) => [path, written(path, [...groups.values()])]));
}

const written = (path: string, groups: readonly object[]): string =>
  path.endsWith('.json') ? `${JSON.stringify(groups, null, 2)}\n` : stringify(groups, { lineWidth: 0 });
