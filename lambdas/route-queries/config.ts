import { QUERY_ROUTES, type QueryRoutes } from '../../lib/contract/documents/settings';
import { ENV } from '../../lib/contract/environment';

/** @throws UserError when the control stack did not say where queries can go */
export function readQueryRoutes(env: Readonly<Record<string, string | undefined>>): QueryRoutes {
  return QUERY_ROUTES.parse(env[ENV.queryRoutes] ?? '', ENV.queryRoutes);
}
