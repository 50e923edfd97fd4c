import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nextBackoff } from '../../../../agent/process/backoff';
import { openLog, rotateLog } from '../../../../agent/process/log-file';
import { identify, isAlive } from '../../../../agent/process/proc';
import { Supervisor } from '../../../../agent/process/supervisor';
import { eventually } from '../../../contract/agent/agent-tools';

describe('supervision of a process', () => {
  let dir: string;
  const supervisors: Supervisor[] = [];
  const exits: string[] = [];

  /** A program that only this test has: node with an argument that names the test's directory. */
  const supervise = (script = 'setInterval(() => {}, 1000)', beforeStart?: () => Promise<void>): Supervisor => {
    const marker = `--data=${dir}`;
    const supervisor = new Supervisor({
      name: 'program',
      command: () => ({ file: process.execPath, args: ['-e', script, '--', marker], cwd: dir }),
      marker,
      pidFile: join(dir, 'program.pid'),
      logFile: join(dir, 'program.log'),
      onExit: (how) => exits.push(how),
      ...(beforeStart === undefined ? {} : { beforeStart }),
      log: () => {},
    });
    supervisors.push(supervisor);
    return supervisor;
  };

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'promha-process-'));
    exits.length = 0;
  });
  afterEach(async () => {
    await Promise.all(supervisors.splice(0).map((s) => s.stop()));
    rmSync(dir, { recursive: true });
  });

  it('starts it, tells of its exit at once and starts it again', async () => {
    const supervisor = supervise();
    supervisor.start();
    const pid = supervisor.pid!;
    process.kill(pid, 'SIGKILL');
    await eventually('the exit', () => exits.includes('signal SIGKILL'));
    await eventually('the restart', () => supervisor.pid !== null && supervisor.pid !== pid);
    expect(supervisor.record.restarts).toBe(1);
  });

  it('is held only when what is done before a start has ended, and then starts none', async () => {
    let ends = (): void => undefined;
    const supervisor = supervise(undefined, () => new Promise((resolve) => (ends = resolve)));
    supervisor.start();
    await expect(supervisor.hold('SIGTERM', 100)).rejects.toThrow(/before a start of program does not end/);
    const held = supervisor.hold('SIGTERM', 5_000);
    ends();
    await held;
    expect(supervisor.pid).toBeNull();
    supervisor.letGo();
    ends();
    await eventually('the start', () => supervisor.pid !== null);
  });

  it('let go of before anybody has started it, does not start; once started, it does', async () => {
    const supervisor = supervise();
    await supervisor.hold('SIGTERM');
    supervisor.letGo();
    expect(supervisor.pid).toBeNull();
    await supervisor.hold('SIGTERM');
    supervisor.start();
    expect(supervisor.pid).toBeNull();
    supervisor.letGo();
    expect(supervisor.pid).not.toBeNull();
  });

  it('adopts what an earlier agent left, and notices its exit', async () => {
    const earlier = supervise();
    earlier.start();
    const pid = earlier.pid!;
    earlier.release();
    const later = supervise();
    later.start();
    expect(later.pid).toBe(pid);
    expect(later.record.startedAt).toBe(earlier.record.startedAt);
    process.kill(pid, 'SIGKILL');
    await eventually('the exit', () => exits.length === 1);
    await eventually('the restart', () => later.pid !== null && later.pid !== pid);
  });

  it('finds a process whose pid file was never written', async () => {
    const earlier = supervise();
    earlier.start();
    const pid = earlier.pid!;
    await eventually('exec', () => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(dir));
    earlier.release();
    rmSync(join(dir, 'program.pid'));
    const later = supervise();
    later.start();
    expect(later.pid).toBe(pid);
  });

  it('does not take a stranger with a reused pid for its own', async () => {
    const text = {
      pid: process.pid,
      startTicks: identify(process.pid)!.startTicks - 1,
      bootId: '',
      startedAt: '2026-01-01T00:00:00Z',
      command: '',
      args: [],
    };
    writeFileSync(join(dir, 'program.pid'), JSON.stringify(text));
    const supervisor = supervise();
    supervisor.start();
    expect(supervisor.pid).not.toBe(process.pid);
    expect(exits).toEqual(['exited while no agent watched']);
  });

  it('tells when a program cannot be started', async () => {
    const supervisor = new Supervisor({
      name: 'missing',
      command: () => ({ file: join(dir, 'missing'), args: [], cwd: dir }),
      marker: `--data=${dir}`,
      pidFile: join(dir, 'missing.pid'),
      logFile: join(dir, 'missing.log'),
      onExit: (how) => exits.push(how),
      log: () => {},
    });
    supervisors.push(supervisor);
    supervisor.start();
    await eventually('the failure', () => exits.some((how) => /could not be started: .*ENOENT/.test(how)));
  });

  it('sees that a killed process is gone', async () => {
    const supervisor = supervise();
    supervisor.start();
    const identity = identify(supervisor.pid!)!;
    expect(isAlive(identity)).toBe(true);
    expect(isAlive({ ...identity, startTicks: identity.startTicks + 1 })).toBe(false);
    await supervisor.stop();
    await eventually('the end', () => !isAlive(identity));
  });

  it('waits longer each time a process dies of its start, up to 30 s', () => {
    const waits = [null, 100, 1_000, 16_000, 30_000].map((last) => nextBackoff(last, 100));
    expect(waits).toEqual([1_000, 1_000, 2_000, 30_000, 30_000]);
    expect([null, 30_000].map((last) => nextBackoff(last, 60_000))).toEqual([100, 100]);
  });

  it('keeps logs bounded without taking them from the writer', () => {
    const file = join(dir, 'a.log');
    openLog(file);
    writeFileSync(file, 'x'.repeat(100));
    expect([rotateLog(file, 100), rotateLog(file, 99)]).toEqual([false, true]);
    expect([readFileSync(file, 'utf8'), readFileSync(`${file}.1`, 'utf8').length]).toEqual(['', 100]);
  });

  it('truncates a log of which no copy can be made: it would fill the disk for ever', () => {
    const file = join(dir, 'b.log');
    writeFileSync(file, 'x'.repeat(100));
    mkdirSync(`${file}.1`);
    expect(() => rotateLog(file, 99)).toThrow();
    expect(readFileSync(file, 'utf8')).toBe('');
  });
});
