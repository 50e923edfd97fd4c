import { join } from 'node:path';
import type { Base } from '../base/base';
import { setAsideUnreadable } from './alertmanager-files';
import { alertmanagerCommand, prometheusCommand } from './programs';
import type { ProcessRecord } from './process-record';
import { Supervisor } from './supervisor';

/** Not started yet. `peers`: addresses of the other nodes, of all shards. */
export function superviseAlertmanager(
  { config, paths, log }: Base,
  address: string,
  peers: () => readonly string[],
): Supervisor {
  return new Supervisor({
    name: 'alertmanager',
    command: () => alertmanagerCommand(config, paths, address, peers()),
    marker: `--storage.path=${join(paths.data, 'alertmanager')}`,
    pidFile: paths.pid('alertmanager'),
    logFile: paths.log('alertmanager'),
    beforeStart: () => setAsideUnreadable(paths, log),
    // The gates notice by themselves, and the other Alertmanager notifies meanwhile.
    onExit: () => {},
    log,
  });
}

/** Not started yet. */
export function supervisePrometheus(
  { config, paths, log }: Base,
  address: string,
  record: ProcessRecord,
  onExit: (how: string) => void,
  beforeStart: () => Promise<void>,
): Supervisor {
  const options = {
    name: 'prometheus',
    command: () => prometheusCommand(config, paths, address),
    marker: `--storage.tsdb.path=${paths.tsdb}`,
    pidFile: paths.pid('prometheus'),
    logFile: paths.log('prometheus'),
    onExit,
    beforeStart,
    log,
  };
  return new Supervisor(options, record);
}
