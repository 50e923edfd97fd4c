import { figure, HERE, lines, states, type DashboardOf } from './panel';

/** Of what a trading system has: Redis by redis_exporter, DuckDB by our exporter, a trade engine by its own metrics. */

const RATE = '[$__rate_interval]';
const UP = { 0: 'down', 1: 'up' } as const;

export const redisDashboard: DashboardOf = {
  uid: 'prometheus-ha-redis',
  title: 'prometheus-ha / Redis',
  variablesOf: 'redis_up',
  rows: [
    {
      title: 'Redis',
      panels: [
        states('Answers', `redis_up{${HERE}}`, '{{instance}}', UP),
        figure('Up for', 's', `redis_uptime_in_seconds{${HERE}}`, '{{instance}}'),
        lines('Commands a second', 'ops', [[`rate(redis_commands_processed_total{${HERE}}${RATE})`, '{{instance}}']]),
        lines('Time of a command', 's', [
          [
            `sum by (instance) (rate(redis_commands_duration_seconds_total{${HERE}}${RATE})) / sum by (instance) (rate(redis_commands_total{${HERE}}${RATE}))`,
            '{{instance}}',
          ],
        ]),
        lines('Memory', 'bytes', [
          [`redis_memory_used_bytes{${HERE}}`, '{{instance}} used'],
          [`redis_memory_max_bytes{${HERE}} > 0`, '{{instance}} limit'],
        ]),
        lines('Clients', 'none', [
          [`redis_connected_clients{${HERE}}`, '{{instance}}'],
          [`redis_blocked_clients{${HERE}}`, '{{instance}} blocked'],
        ]),
        lines('Keys', 'none', [[`sum by (instance) (redis_db_keys{${HERE}})`, '{{instance}}']]),
        lines('Keys found and not found', 'ops', [
          [`rate(redis_keyspace_hits_total{${HERE}}${RATE})`, '{{instance}} found'],
          [`rate(redis_keyspace_misses_total{${HERE}}${RATE})`, '{{instance}} not found'],
        ]),
        lines('Evicted, expired', 'ops', [
          [`rate(redis_evicted_keys_total{${HERE}}${RATE})`, '{{instance}} evicted'],
          [`rate(redis_expired_keys_total{${HERE}}${RATE})`, '{{instance}} expired'],
        ]),
        lines('Network', 'Bps', [
          [`rate(redis_net_input_bytes_total{${HERE}}${RATE})`, '{{instance}} in'],
          [`rate(redis_net_output_bytes_total{${HERE}}${RATE})`, '{{instance}} out'],
        ]),
      ],
    },
  ],
};

export const duckdbDashboard: DashboardOf = {
  uid: 'prometheus-ha-duckdb',
  title: 'prometheus-ha / DuckDB',
  variablesOf: 'duckdb_up',
  rows: [
    {
      title: 'DuckDB',
      panels: [
        states('Answers', `duckdb_up{${HERE}}`, '{{instance}}', UP),
        lines('Size of the database', 'bytes', [
          [`duckdb_database_size_bytes{${HERE}}`, '{{instance}}'],
          [`duckdb_wal_size_bytes{${HERE}}`, '{{instance}} WAL'],
        ]),
        lines('Memory', 'bytes', [[`duckdb_memory_usage_bytes{${HERE}}`, '{{instance}}']]),
        lines('Time of a query', 's', [[`duckdb_query_duration_seconds{${HERE}}`, '{{instance}} {{query}}']]),
        states('Queries', `duckdb_query_success{${HERE}}`, '{{instance}} {{query}}', { 0: 'failed', 1: 'answered' }),
        lines('What queries answer', 'none', [[`duckdb_query_value{${HERE}}`, '{{query}}']]),
      ],
    },
  ],
};

export const tradeEngineDashboard: DashboardOf = {
  uid: 'prometheus-ha-trade-engine',
  title: 'prometheus-ha / Trade engine',
  variablesOf: 'trade_engine_orders_total',
  rows: [
    {
      title: 'Trade engine',
      panels: [
        lines('Orders, fills, rejects a second', 'ops', [
          [`sum by (symbol) (rate(trade_engine_orders_total{${HERE}}${RATE}))`, '{{symbol}} orders'],
          [`sum by (symbol) (rate(trade_engine_fills_total{${HERE}}${RATE}))`, '{{symbol}} fills'],
          [`sum by (symbol) (rate(trade_engine_rejects_total{${HERE}}${RATE}))`, '{{symbol}} rejects'],
        ]),
        lines('Latency of an order', 's', [
          [
            `histogram_quantile(0.99, sum by (le) (rate(trade_engine_order_latency_seconds_bucket{${HERE}}${RATE})))`,
            '99th percentile',
          ],
          [
            `histogram_quantile(0.5, sum by (le) (rate(trade_engine_order_latency_seconds_bucket{${HERE}}${RATE})))`,
            'median',
          ],
        ]),
        lines('Position', 'none', [[`trade_engine_position{${HERE}}`, '{{symbol}}']]),
        lines('Queue', 'none', [[`trade_engine_queue_depth{${HERE}}`, '{{instance}}']]),
        lines('Errors', 'ops', [
          [`sum by (instance) (rate(trade_engine_errors_total{${HERE}}${RATE}))`, '{{instance}}'],
        ]),
        states('Redis, as the engine sees it', `trade_engine_redis_up{${HERE}}`, '{{instance}}', UP),
      ],
    },
  ],
};
