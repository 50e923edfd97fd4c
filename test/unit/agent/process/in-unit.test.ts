import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findByArgument, identify, isAlive } from '../../../../agent/process/proc';
import { Supervisor } from '../../../../agent/process/supervisor';
import { eventually } from '../../../contract/agent/agent-tools';

/** Stands for systemd-run: what it starts is no child that dies with it, and it ends when that does. `$0` is its name in /proc. */
const FAKE = `#!/bin/bash
exec -a systemd-run /bin/bash -c '
until [ "$1" = -- ]; do shift; done; shift
[ -x "$1" ] || { echo "Failed to find executable $1" >&2; exit 1; }
setsid "$@" >/dev/null 2>&1 &
echo "Running as unit: a.service" >&2
wait $!; code=$?
echo "Finished with result: x" >&2
if [ $code -gt 128 ]; then echo "Main processes terminated with: code=killed/status=$(kill -l $code)" >&2
else echo "Main processes terminated with: code=exited/status=$code" >&2; fi
exit $code' systemd-run "$@"
`;

let dir: string;
let path: string | undefined;
const exits: string[] = [];
const supervisors: Supervisor[] = [];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'promha-in-unit-'));
  writeFileSync(join(dir, 'systemd-run'), FAKE);
  chmodSync(join(dir, 'systemd-run'), 0o755);
  path = process.env.PATH;
  process.env.PATH = `${dir}:${path}`;
  exits.length = 0;
});
afterEach(async () => {
  await Promise.all(supervisors.splice(0).map((one) => one.stop()));
  const left = findByArgument(`--data=${dir}`);
  if (left !== null) process.kill(left.pid, 'SIGKILL');
  process.env.PATH = path;
  rmSync(dir, { recursive: true });
});

function supervise(file = process.execPath, script = 'setInterval(() => {}, 1000)'): Supervisor {
  const marker = `--data=${dir}`;
  const supervisor = new Supervisor({
    name: 'prometheus',
    command: () => ({ file, args: ['-e', script, '--', marker], cwd: dir }),
    sandbox: () => ({ program: 'prometheus', data: null, role: false, oomScore: 0 }),
    marker,
    pidFile: join(dir, 'a.pid'),
    logFile: join(dir, 'a.log'),
    onExit: (how) => exits.push(how),
    log: () => {},
  });
  supervisors.push(supervisor);
  return supervisor;
}

async function started(supervisor: Supervisor): Promise<number> {
  supervisor.start();
  await eventually('the start', () => supervisor.pid !== null);
  return supervisor.pid!;
}

/** Who waits for it. */
const parentOf = (pid: number): number => {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
};

test('the process is the program, not what waits for it; how it ended is told, and it is started again', async () => {
  const supervisor = supervise();
  const pid = await started(supervisor);
  expect(readFileSync(`/proc/${pid}/cmdline`, 'utf8')).toMatch(new RegExp(`^${process.execPath}\0`));
  process.kill(pid, 'SIGKILL');
  await eventually('the exit', () => exits.includes('signal SIGKILL'));
  await eventually('another one', () => supervisor.pid !== null && supervisor.pid !== pid);
});

test('an agent that starts again adopts the program, whose pid was not written', async () => {
  const first = supervise();
  const pid = await started(first);
  first.release();
  rmSync(join(dir, 'a.pid'));
  const next = supervise();
  next.start();
  expect(next.pid).toBe(pid);
});

test('the end of what waits for it is no end of the program, which is watched all the same', async () => {
  const supervisor = supervise();
  const pid = await started(supervisor);
  const waits = identify(parentOf(pid))!;
  process.kill(waits.pid, 'SIGKILL');
  await eventually('its end', () => !isAlive(waits));
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect([supervisor.pid, exits]).toEqual([pid, []]);
  process.kill(pid, 'SIGKILL');
  await eventually('the exit', () => exits.length === 1);
  await eventually('another one', () => supervisor.pid !== null && supervisor.pid !== pid);
});

test('a program that is stopped while it is being started does not stay', async () => {
  const supervisor = supervise();
  supervisor.start();
  expect(supervisor.pid).toBeNull();
  await supervisor.stop();
  await eventually('nothing is left', () => findByArgument(`--data=${dir}`) === null);
});

test('held while it is being started it ends, and begins again when it is let go of', async () => {
  const supervisor = supervise();
  supervisor.start();
  await supervisor.hold('SIGKILL', 5_000);
  expect(findByArgument(`--data=${dir}`)).toBeNull();
  supervisor.letGo();
  await eventually('another start', () => supervisor.pid !== null, 20_000);
});

test.each([
  ['that is not there', '/nowhere/program', '', /^could not be started: Failed to find executable \/nowhere\/program$/],
  ['that ends at once', process.execPath, 'process.exit(3)', /^exit code 3$/],
])('a program %s says why', async (_, file, script, how) => {
  supervise(file, script).start();
  await eventually('the end', () => exits.some((one) => how.test(one)));
});
