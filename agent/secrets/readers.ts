import { NODE_USERS } from '../../lib/contract/node-users';
import type { Owner } from '../base/files';
import type { Generations } from '../rendering/generation';

type Configured = 'prometheus' | 'alertmanager';

/** A file has two that may read it without anything else being made: Prometheus as its user, Alertmanager as its group. */
const READ_ONLY = 0o440;
export const readableBy = (programs: readonly Configured[]): Owner => ({
  uid: programs.includes('prometheus') ? NODE_USERS.prometheus.id : 0,
  gid: programs.includes('alertmanager') ? NODE_USERS.alertmanager.id : 0,
  mode: READ_ONLY,
});

/**
 * Whose a file with secrets is: of the program of whose configuration it is a part, or in whose configuration it is named. In any that is
 * kept, as what ran before may run again. By its path alone: what names it otherwise does not find it either.
 */
export const readersIn =
  (generations: Pick<Generations, 'all' | 'textOf'>) =>
  (path: string): Owner => {
    const programs = (['prometheus', 'alertmanager'] as const).filter((program) => {
      const file = `${program}.yml`;
      const isPart = path.includes('/generations/') && path.endsWith(`/${file}`);
      return isPart || generations.all.some((id) => generations.textOf(id, file)?.includes(path));
    });
    return readableBy(programs);
  };
