import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { UserError } from '../../contract/errors';
import { BALANCER_PORTS } from '../../contract/ports';
import { runningState } from '../../shell/local/run-state';
import type { Cluster } from '../../infra/config/cluster';
import { queryUrlOf } from '../../infra/config/query-url';
import { grafanaFiles } from '../grafana/files';

export { askPanels, renderAnswers } from '../grafana/ask';
export { dashboardsOf } from '../grafana/files';

/** Where queries go: as asked, of the local run, or by the name that config/cluster.ts gives it. @throws UserError */
export function queriesUrl(cluster: Pick<Cluster, 'queryName'>, asked: string | undefined, local: boolean): string {
  const url = asked ?? (local ? runningState()?.urls['load balancer'] : ofName(cluster));
  if (url !== undefined && URL.canParse(url) && /^https?:/.test(url)) return url;
  throw new UserError({
    what: 'it is not known where this cluster answers queries',
    got: asked ?? (local ? 'no local system that is ready' : 'no queryName in config/cluster.ts'),
    expected: 'a URL',
    fix: 'give it as --url: the output QueriesUrl of the stack `query`, e.g. http://internal-….elb.eu-west-1.amazonaws.com:9090',
  });
}

const ofName = ({ queryName }: Pick<Cluster, 'queryName'>): string | undefined =>
  queryName === undefined ? undefined : queryUrlOf({ queryName }, queryName.name)(BALANCER_PORTS.queries);

/** Writes all files below `directory`; says which. */
export function writeGrafana(cluster: Cluster, directory: string, url: string, at: string | undefined): string[] {
  const files = grafanaFiles(cluster, url, at ?? resolve(directory));
  return Object.entries(files).map(([path, text]) => {
    const file = join(directory, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    return file;
  });
}
