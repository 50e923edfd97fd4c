import { execFile } from 'node:child_process';
import { chmodSync, chownSync, statSync } from 'node:fs';
import { chmod } from 'node:fs/promises';
import { promisify } from 'node:util';
import { NODE_USERS, type NodeProgram } from '../../lib/contract/node-users';

/** Its user's and its group's: the sidecar is of Prometheus's. */
const OWN = 0o770;

/** The top of a program's directory. Nothing is asked of a volume that stalls where it is done already. */
export function giveTop(directory: string, program: NodeProgram): void {
  const { id } = NODE_USERS[program];
  if (statSync(directory).uid === id) return;
  chmodSync(directory, OWN);
  chownSync(directory, id, id);
}

/**
 * Gives a program what of its directory is still root's: what the agent wrote there, and on a volume of an earlier version all of it.
 * Whoever else writes there cannot make it take more than that: no link is followed, and only what root made is looked at.
 * @throws when a part could not be given
 */
export async function giveAll(directory: string, program: NodeProgram): Promise<void> {
  const { id } = NODE_USERS[program];
  await promisify(execFile)('find', [
    ...[directory, '-user', 'root', '(', '-type', 'f', '-o', '-type', 'd', ')'],
    // The sidecar makes second names for blocks, for which it has to be allowed to write them.
    ...['-execdir', 'chmod', 'g+rwX', '{}', '+'],
    ...['-execdir', 'chown', '--no-dereference', `${id}:${id}`, '{}', '+'],
  ]);
  await chmod(directory, OWN);
}
