import { join } from 'node:path';
import type { NodeConfig } from '../../lib/contract/documents/node-config';
import type { Log } from '../base/log';
import type { Paths } from '../base/paths';
import { alertmanagerCommand, prometheusCommand } from './programs';
import { Supervisor } from './supervisor';

/** A node's two programs; neither is started yet. */
export function superviseBoth(
  config: NodeConfig,
  paths: Paths,
  address: string,
  peers: () => readonly string[],
  onPrometheusExit: (how: string) => void,
  beforePrometheus: () => Promise<void>,
  log: Log,
): { prometheus: Supervisor; alertmanager: Supervisor } {
  const files = (program: string): { pidFile: string; logFile: string } => ({
    pidFile: paths.pid(program),
    logFile: paths.log(program),
  });
  return {
    prometheus: new Supervisor({
      name: 'prometheus',
      command: () => prometheusCommand(config, paths, address),
      marker: `--storage.tsdb.path=${paths.tsdb}`,
      ...files('prometheus'),
      onExit: onPrometheusExit,
      beforeStart: beforePrometheus,
      log,
    }),
    alertmanager: new Supervisor({
      name: 'alertmanager',
      command: () => alertmanagerCommand(config, paths, address, peers()),
      marker: `--storage.path=${join(paths.data, 'alertmanager')}`,
      ...files('alertmanager'),
      // The gates notice by themselves, and the other Alertmanager notifies meanwhile.
      onExit: () => {},
      log,
    }),
  };
}
