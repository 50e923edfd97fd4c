import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Conditions } from '../../../../agent/tsdb/conditions';
import { nextRecoveryStep } from '../../../../lib/core/tsdb/recovery-plan';

const INVENTORY = { version: 1, at: '', segments: {}, blocks: {}, notLoadedSince: null } as const;
let dir: string;
let ready = false;
let conditions: Conditions;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'promha-conditions-'));
  ready = false;
  conditions = new Conditions({
    address: '127.0.0.1',
    logFile: join(dir, 'prometheus.log'),
    pid: () => (ready ? process.pid : null),
    isReady: () => ready,
    timeoutMs: 100,
  });
  writeFileSync(
    join(dir, 'prometheus.log'),
    `${JSON.stringify({ level: 'ERROR', err: 'opening storage failed: x' })}\n`,
  );
});
afterEach(() => rmSync(dir, { recursive: true }));

async function threeTimes(how: string): Promise<ReturnType<typeof nextRecoveryStep>> {
  for (let i = 0; i < 3; i += 1) conditions.exited(how);
  await conditions.look();
  return nextRecoveryStep(conditions.findings, INVENTORY, []);
}

test('a crash loop over the storage, in which the scrub sees nothing: the head is quarantined, once, then a volume is asked for', async () => {
  expect(await threeTimes('exit code 1')).toMatchObject({ do: 'repair', steps: [{ do: 'quarantine-head' }] });
  conditions.headQuarantine();
  await conditions.look();
  expect(nextRecoveryStep(conditions.findings, INVENTORY, [null])).toMatchObject({ do: 'start' });
  const asks = { do: 'ask-volume', startMeanwhile: true };
  expect(await threeTimes('exit code 1')).toMatchObject(asks);
  // Other corruption may be a reason to set the head aside again; the loop is what it was.
  conditions.headQuarantine();
  await conditions.look();
  expect(nextRecoveryStep(conditions.findings, INVENTORY, [])).toMatchObject(asks);
});

test('a crash loop over one block, in which the scrub sees nothing: it is quarantined, and nothing else is asked for', async () => {
  const ulid = '01ARYQXJ9DZ4VZ3RGYV2Z3X9NE';
  const err = `opening storage failed: corrupted block ${ulid}: invalid magic number 0`;
  writeFileSync(join(dir, 'prometheus.log'), `${JSON.stringify({ level: 'ERROR', err })}\n`);
  expect(await threeTimes('exit code 1')).toMatchObject({ do: 'repair', steps: [{ do: 'quarantine-block', ulid }] });
  conditions.blockQuarantine();
  await conditions.look();
  expect(nextRecoveryStep(conditions.findings, INVENTORY, [null])).toMatchObject({ do: 'start' });
});

test('one that was ready in between begins at the foot again', async () => {
  await threeTimes('exit code 1');
  conditions.headQuarantine();
  ready = true;
  await conditions.look();
  expect(conditions.findings).toEqual([]);
  ready = false;
  conditions.exited('signal SIGKILL');
  expect(await threeTimes('exit code 1')).toMatchObject({ do: 'repair' });
});

test('crashes with a clean WAL climb no rung beyond a restart, however many', async () => {
  for (let i = 0; i < 20; i += 1) {
    ready = true;
    await conditions.look();
    ready = false;
    conditions.exited('signal SIGKILL');
    await conditions.look();
    expect(nextRecoveryStep(conditions.findings, INVENTORY, [])).toMatchObject({ do: 'start' });
  }
});

test('nor do kills before it is ready: another volume would be killed as well, so only a person is called', async () => {
  for (let i = 0; i < 5; i += 1) {
    expect(await threeTimes('signal SIGKILL')).toMatchObject({ do: 'start' });
    expect(conditions.findings).toMatchObject([{ class: 'crash-loop', ifStarted: 'harmless', repair: 'none' }]);
  }
});

test('a polite end, and a start that was refused by ourselves, are no crashes', async () => {
  for (const how of ['exit code 0', 'could not be started: a start would destroy']) {
    expect(await threeTimes(how)).toEqual({ do: 'start', because: 'nothing is corrupted' });
  }
});
