import { LOAD_SETTINGS, QUERY_ROUTES, WORKER_LIST } from '../../lib/contract/documents/settings';
import { ENV } from '../../lib/contract/environment';
import { connectRoutes, type RouteBook } from '../../lib/shell/aws/route-book';
import { reasonOf } from '../../lib/shell/probes/prober';
import type { FunctionConfig } from '../shared/config';
import { connectControl, type Connected, type Control } from '../shared/control';
import { log } from '../shared/log';
import type { WatchDeps } from './watch';

export interface World extends Connected {
  readonly control: Control;
  /** null: what the stack gave is unusable. Probes and failover need none of it. */
  readonly watched: Pick<WatchDeps, 'workers' | 'load' | 'book'> | null;
}

export function connectWorld(config: FunctionConfig): World {
  const control = connectControl(config);
  let book: RouteBook | null = null;
  const letGo = (): void => {
    control.letGo();
    book?.letGo();
  };
  try {
    book = routeBook(config);
    const load = LOAD_SETTINGS.parse(said(ENV.load), ENV.load);
    return { control, letGo, watched: { book, load, workers: WORKER_LIST.parse(said(ENV.workers), ENV.workers) } };
  } catch (error) {
    log('error', 'nothing-but-probes', { because: reasonOf(error) });
    return { control, letGo, watched: null };
  }
}

const said = (name: string): string => process.env[name] ?? '';

/** null: there is no Thanos, or it is another shard's business. */
function routeBook({ policy }: FunctionConfig): RouteBook | null {
  const routes = said(ENV.queryRoutes);
  return routes === '' ? null : connectRoutes(policy, QUERY_ROUTES.parse(routes, ENV.queryRoutes));
}
