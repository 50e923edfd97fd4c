import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ThanosProgram } from '../../../../agent/thanos/program';
import { Sidecar, type SidecarOptions } from '../../../../agent/thanos/sidecar';

let dir: string;
let tsdb: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'promha-sidecar-'));
  tsdb = join(dir, 'prometheus');
  mkdirSync(tsdb);
});
afterEach(() => rmSync(dir, { recursive: true }));

/** A node whose registry never answers: the program is not there, and will not be. */
function withoutProgram(): Sidecar {
  const paths = {
    bin: join(dir, 'bin'),
    data: dir,
    config: dir,
    pid: () => join(dir, 'pid'),
    log: () => join(dir, 'log'),
  };
  return new Sidecar({
    config: { thanos: { bucket: 'blocks', blockDuration: '2h' } },
    paths,
    env: { units: false },
    address: '127.0.0.1',
    program: new ThanosProgram(
      paths,
      () => new Promise(() => {}),
      () => {},
    ),
    log: () => {},
  } as unknown as SidecarOptions);
}

/** It has looked at its uploads. */
async function looked(sidecar: Sidecar): Promise<void> {
  const nothing = (): boolean => sidecar.status.uploadAgeMs === null && sidecar.status.waitingBlocks === 0;
  while (nothing()) await new Promise((resolve) => setTimeout(resolve, 20));
}

test('how long nothing was uploaded is told by a node without the program too: its alarm hangs on that alone', async () => {
  const block = '01ARZ3NDEKTSV4RRFFQ69G5FAV';
  mkdirSync(join(tsdb, block));
  writeFileSync(join(tsdb, 'thanos.shipper.json'), JSON.stringify({ version: 1, uploaded: [block] }));
  const sidecar = withoutProgram();
  void sidecar.start();
  await looked(sidecar);
  expect(sidecar.status).toMatchObject({ missing: true, pid: null, waitingBlocks: 0, errors: [] });
  expect(sidecar.status.uploadAgeMs).toBeGreaterThan(3 * 3_600_000);
  await sidecar.stop();
});

test('of blocks that wait for a program it is not said that its log tells why', async () => {
  mkdirSync(join(tsdb, '01ARZ3NDEKTSV4RRFFQ69G5FAV'));
  const sidecar = withoutProgram();
  void sidecar.start();
  await looked(sidecar);
  expect(sidecar.status).toMatchObject({ waitingBlocks: 1, errors: [] });
  await sidecar.stop();
});
