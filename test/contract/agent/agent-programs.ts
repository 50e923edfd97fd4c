import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toolDir } from '../../../local/run/tool-dir';
import { resolveTools } from '../../../local/tools';

const PROGRAMS = ['prometheus', 'promtool', 'alertmanager', 'amtool'] as const;

/** The real programs under their plain names, in a directory as a node has one, and the emulator's command. */
export async function agentTestPrograms(): Promise<{
  bin: string;
  emulator: string;
  /** The Node.js that nodes have. */
  node: string;
  remove: () => void;
}> {
  const { moto_server, node, ...programs } = await resolveTools([...PROGRAMS, 'moto_server', 'node']);
  const dir = mkdtempSync(join(tmpdir(), 'promha-bin-'));
  return {
    bin: toolDir(join(dir, 'bin'), programs),
    emulator: moto_server.path,
    node: node.path,
    remove: () => rmSync(dir, { recursive: true }),
  };
}
