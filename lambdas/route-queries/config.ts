import { UserError } from '../../lib/contract/errors';
import type { QueryRoutes } from '../../lib/contract/documents/settings';
import { ENV } from '../../lib/contract/environment';

/** @throws UserError when the control stack did not say where queries can go */
export function readQueryRoutes(env: Readonly<Record<string, string | undefined>>): QueryRoutes {
  const text = env[ENV.queryRoutes] ?? '';
  let routes: Partial<QueryRoutes> = {};
  try {
    routes = JSON.parse(text) as Partial<QueryRoutes>;
  } catch {
    // what is wrong with it is said below
  }
  const { listenerArn, thanosTargetGroupArn, nodesTargetGroupArn } = routes;
  if (listenerArn && thanosTargetGroupArn && nodesTargetGroupArn) {
    return { listenerArn, thanosTargetGroupArn, nodesTargetGroupArn };
  }
  throw new UserError({
    what: `the environment variable ${ENV.queryRoutes} does not say where queries can go`,
    got: text === '' ? 'nothing' : text,
    expected: '{ listenerArn, thanosTargetGroupArn, nodesTargetGroupArn }',
    fix: 'deploy the control stack again instead of editing the function',
  });
}
