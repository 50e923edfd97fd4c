/** Names of what the local run adds to a user's configuration; all of them are reserved (lib/infra/config/reserved.ts). */
export const DEMO_JOBS = {
  engine: 'prometheus-ha-demo-engine',
  duckdb: 'prometheus-ha-demo-duckdb',
  redis: 'prometheus-ha-demo-redis',
} as const;

export const DEMO_RECEIVER = 'prometheus-ha-demo-pager';
export const DEMO_REMEDY = 'prometheus-ha-demo-redis';

/** Alerts about the demonstration's targets; rules in local/demo/rules. */
export const DEMO_ALERTS = {
  redisDown: 'DemoRedisDown',
  duckdbDown: 'DemoDuckDBDown',
  scrapeLimit: 'DemoScrapeLimitExceeded',
} as const;

/** The demonstration scrapes and evaluates every second, whatever the user's cluster does: drills are timed by it. */
export const SCRAPE_INTERVAL_MS = 1_000;
