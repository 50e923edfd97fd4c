/** What the local run needs. */
export const RUN_TOOLS = [
  'prometheus',
  'promtool',
  'alertmanager',
  'amtool',
  'haproxy',
  'redis-server',
  'redis_exporter',
  'moto_server',
] as const;
