export { duckdbExporter, type Exporter } from './collect';
export { ConfigError, NO_QUERIES, parseConfig, readConfig, type ExporterConfig, type Query } from './config';
export { parseListen, serveMetrics } from './server';
