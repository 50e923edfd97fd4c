import type { Cluster } from './cluster';

/** Where clients query, by port. `host`: the load balancer's name. */
export const queryUrlOf =
  ({ queryName }: Pick<Cluster, 'queryName'>, host: string) =>
  (port: number): string =>
    `${queryName?.certificate === undefined ? 'http' : 'https'}://${host}:${port}`;
