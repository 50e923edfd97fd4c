import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sysusers } from '../../../lib/contract/node-users';

const SCRIPT = join(__dirname, '../../../lib/infra/constructs/nodes/files/boot.sh');
const AGENT = 'console.log("the agent")\n';

let root: string;
const at = (path: string): string => join(root, path);
const agent = (): string | null =>
  existsSync(at('opt/prometheus-ha/agent.js')) ? readFileSync(at('opt/prometheus-ha/agent.js'), 'utf8') : null;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'promha-boot-'));
  for (const dir of ['etc/prometheus-ha', 'opt/prometheus-ha', 'bin']) mkdirSync(at(dir), { recursive: true });
  writeFileSync(at('etc/prometheus-ha/node.json'), JSON.stringify({ region: 'eu-west-1' }));
  const sha256 = createHash('sha256').update(AGENT).digest('hex');
  writeFileSync(at('etc/prometheus-ha/users.conf'), sysusers());
  writeFileSync(at('etc/prometheus-ha/boot.json'), JSON.stringify({ agent: { bucket: 'b', key: 'k', sha256 } }));
});
afterEach(() => rmSync(root, { recursive: true }));

/** The script, in a directory instead of the whole machine, where the bucket holds this. */
function boot(inBucket: string): {
  readonly status: number | null;
  readonly output: string;
  readonly fetched: boolean;
} {
  writeFileSync(at('object'), inBucket);
  writeFileSync(at('bin/aws'), `#!/bin/bash\ntouch ${at('fetched')}; cp ${at('object')} "\${@: -1}"\n`);
  writeFileSync(at('bin/dnf'), '#!/bin/bash\nexit 0\n');
  writeFileSync(at('bin/systemd-sysusers'), `#!/bin/bash\ncp "$1" ${at('users')}\n`);
  for (const name of ['aws', 'dnf', 'systemd-sysusers']) chmodSync(at(`bin/${name}`), 0o755);
  const script = readFileSync(SCRIPT, 'utf8').replace(
    /(?<=[\s"=])\/(?=(var\/lib|etc|opt)\/prometheus-ha)/g,
    `${root}/`,
  );
  const { status, stdout, stderr } = spawnSync('/bin/bash', ['-c', script], {
    env: { PATH: `${at('bin')}:${process.env.PATH}` },
    encoding: 'utf8',
  });
  const fetched = existsSync(at('fetched'));
  rmSync(at('fetched'), { force: true });
  return { status, output: stdout + stderr, fetched };
}

test('the agent that was deployed is installed, once', () => {
  expect([boot(AGENT), agent()]).toEqual([expect.objectContaining({ status: 0, fetched: true }), AGENT]);
  expect(boot('something else')).toMatchObject({ status: 0, fetched: false });
});

test('another one is not: the unit tries again', () => {
  const { status, output } = boot('evil()');
  expect([status, agent()]).toEqual([1, null]);
  expect(output).toMatch(/agent\.js has SHA-256 [0-9a-f]{64}, expected [0-9a-f]{64}: it is not run/);
});

test('one that was changed where it lies is replaced', () => {
  writeFileSync(at('opt/prometheus-ha/agent.js'), 'evil()');
  expect([boot(AGENT).status, agent()]).toEqual([0, AGENT]);
});
