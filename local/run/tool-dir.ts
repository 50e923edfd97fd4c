import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Tool {
  readonly path: string;
  readonly env: Readonly<Record<string, string>>;
}

/** A directory in which the node's programs have their plain names, as on an installed node. */
export function toolDir(dir: string, tools: Readonly<Record<string, Tool>>): string {
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(dir, { recursive: true });
  for (const [name, { path, env }] of Object.entries(tools)) {
    const settings = Object.entries(env).map(([key, value]) => `${key}='${value}' `);
    // exec: the process that the agent watches and kills is the program itself.
    writeFileSync(join(dir, name), `#!/bin/sh\n${settings.join('')}exec '${path}' "$@"\n`, { mode: 0o755 });
  }
  return dir;
}
