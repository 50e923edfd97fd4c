import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { resolveTools, RUN_TOOLS } from '../../../../local/tools';
import { run } from '../../../../local/tools/process/run';

// Seconds when the cache is warm; on a fresh machine it downloads.
const FRESH_MS = 600_000;

test(
  'every tool is there and runs',
  async () => {
    const tools = await resolveTools([...RUN_TOOLS, 'redis-cli', 'cfn-lint']);
    for (const tool of Object.values(tools)) expect(tool.version).toMatch(/^\d+\.\d+/);
    const found = await run(tools.moto_server.python!, ['-c', 'import moto.server, moto; print(moto.__version__)'], {
      timeoutMs: 60_000,
    });
    expect(found.trim()).toBe(tools.moto_server.version);
  },
  FRESH_MS,
);

test(
  'Alertmanager finds its default templates, wherever it came from and whoever runs it',
  async () => {
    const { alertmanager } = await resolveTools(['alertmanager']);
    const directory = mkdtempSync(path.join(tmpdir(), 'promha-alertmanager-'));
    const config = path.join(directory, 'alertmanager.yml');
    writeFileSync(config, 'route: {receiver: x}\nreceivers: [{name: x}]\n');
    const address = `127.79.${randomInt(1, 255)}.${randomInt(1, 255)}:9193`;
    const child = spawn(
      alertmanager.path,
      [
        `--config.file=${config}`,
        `--storage.path=${directory}`,
        `--web.listen-address=${address}`,
        '--cluster.listen-address=',
      ],
      { cwd: directory, env: { ...process.env, ...alertmanager.env }, stdio: ['ignore', 'ignore', 'pipe'] },
    );
    let log = '';
    child.stderr.on('data', (chunk: Buffer) => (log += chunk.toString()));
    const exit = new Promise<number | null>((resolve) => child.once('exit', resolve));
    try {
      const ready = async (): Promise<boolean> => {
        while (child.exitCode === null) {
          if (
            await fetch(`http://${address}/-/ready`).then(
              (r) => r.ok,
              () => false,
            )
          )
            return true;
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
        return false;
      };
      expect({ ready: await ready(), log }).toMatchObject({ ready: true });
      expect(log).not.toContain('failed to parse templates');
      // The process that we started is Alertmanager itself: a signal reaches it.
      child.kill('SIGTERM');
      expect(await exit).toBe(0);
    } finally {
      child.kill('SIGKILL');
      await exit;
      rmSync(directory, { recursive: true, force: true });
    }
  },
  FRESH_MS,
);
