/** What the local run needs. */
export const RUN_TOOLS = [
  'prometheus',
  'promtool',
  'alertmanager',
  'amtool',
  'haproxy',
  'redis-server',
  'redis_exporter',
  'node',
  'moto_server',
] as const;
