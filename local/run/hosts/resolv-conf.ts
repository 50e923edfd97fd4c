import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** `ip netns exec` puts what is in here over /etc, for what runs in that namespace. */
const ROOT = '/etc/netns';

/** Names are looked up at `server` by everything that is started in the namespace from now on. */
export function writeResolvConf(namespace: string, server: string): void {
  mkdirSync(join(ROOT, namespace), { recursive: true });
  // Our server answers from memory: who has to wait for it waits in vain.
  writeFileSync(join(ROOT, namespace, 'resolv.conf'), `nameserver ${server}\noptions timeout:1 attempts:2\n`);
}

export function removeResolvConf(namespace: string): void {
  rmSync(join(ROOT, namespace), { recursive: true, force: true });
}

/** Namespaces of which something is left here. */
export function resolvConfs(): string[] {
  return existsSync(ROOT) ? readdirSync(ROOT) : [];
}
