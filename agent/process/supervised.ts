import { join } from 'node:path';
import type { Base } from '../base/base';
import { setAsideUnreadable } from './alertmanager-files';
import { alertmanagerCommand, prometheusCommand } from './programs';
import { giveAll } from '../boot/owners';
import type { ProcessRecord } from './process-record';
import { configured, inUnits } from './sandboxes';
import { Supervisor } from './supervisor';

/** Not started yet. `peers`: addresses of the other nodes, of all shards. `tlsConfig`: of its gossip; null: that is plain. */
export function superviseAlertmanager(
  { config, env, paths, log }: Base,
  address: string,
  peers: () => readonly string[],
  tlsConfig: () => string | null,
): Supervisor {
  const storage = join(paths.data, 'alertmanager');
  return new Supervisor({
    name: 'alertmanager',
    ...inUnits(env, () => configured('alertmanager', paths)),
    command: () => alertmanagerCommand(config, paths, address, peers(), tlsConfig()),
    marker: `--storage.path=${storage}`,
    pidFile: paths.pid('alertmanager'),
    logFile: paths.log('alertmanager'),
    beforeStart: async () => {
      await setAsideUnreadable(paths, log);
      if (env.units) await giveAll(storage, 'alertmanager');
    },
    // The gates notice by themselves, and the other Alertmanager notifies meanwhile.
    onExit: () => {},
    log,
  });
}

/** Not started yet. */
export function supervisePrometheus(
  { config, env, paths, log }: Base,
  address: string,
  record: ProcessRecord,
  onExit: (how: string) => void,
  beforeStart: () => Promise<void>,
): Supervisor {
  const options = {
    name: 'prometheus',
    ...inUnits(env, () => configured('prometheus', paths)),
    command: () => prometheusCommand(config, paths, address),
    marker: `--storage.tsdb.path=${paths.tsdb}`,
    pidFile: paths.pid('prometheus'),
    logFile: paths.log('prometheus'),
    onExit,
    beforeStart: async () => {
      await beforeStart();
      if (env.units) await giveAll(paths.tsdb, 'prometheus');
    },
    log,
  };
  return new Supervisor(options, record);
}
