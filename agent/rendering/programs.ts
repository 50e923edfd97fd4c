import { PORTS } from '../../lib/contract/ports';
import { messageOf } from '../base/log';
import type { Supervisor } from '../process/supervisor';
import type { Reloadable } from './configurer';
import { reloadAndVerify } from './reload';

/** The rest is Prometheus'. */
export const isAlertmanagers = (file: string): boolean => file === 'alertmanager.yml' || file.startsWith('templates/');

export function prometheusReload(supervisor: Supervisor, address: string): Reloadable {
  const url = `http://${address}:${PORTS.prometheus}`;
  const reload = reloadable('prometheus', supervisor, url, (file) => !isAlertmanagers(file));
  return {
    ...reload,
    reload: () => {
      supervisor.record.reloadedAt = Date.now();
      return reload.reload();
    },
  };
}

export function alertmanagerReload(supervisor: Supervisor, address: string): Reloadable {
  return reloadable('alertmanager', supervisor, `http://${address}:${PORTS.alertmanager}`, isAlertmanagers);
}

function reloadable(name: string, supervisor: Supervisor, url: string, concerns: Reloadable['concerns']): Reloadable {
  return {
    name,
    concerns,
    isRunning: () => supervisor.pid !== null,
    isReady: () =>
      fetch(`${url}/-/ready`, { signal: AbortSignal.timeout(2_000) }).then(
        (response) => response.ok,
        () => false,
      ),
    restart: () => void supervisor.signal('SIGKILL'),
    reload: async () => {
      const { pid } = supervisor;
      await supervisor.followRole();
      const signal = (): boolean => supervisor.signal('SIGHUP');
      return reloadAndVerify(`${url}/metrics`, name, signal, () => supervisor.pid === pid).catch(messageOf);
    },
  };
}
