import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { watchChanges } from '../../../../local/run/deploy/change-watch';

test('what cannot be read is tried again, and told once while the reason stays the same', async () => {
  let changes = 1;
  const server = createServer((_, response) => response.end(JSON.stringify({ changes })));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const told: string[] = [];
  let calls = 0;
  let reason: string | null = 'it is stopped';
  const watch = watchChanges(
    `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async () => {
      calls += 1;
      if (reason !== null) throw new Error(reason);
    },
    ({ message }) => told.push(message),
  );
  const reaches = async (n: number): Promise<void> => {
    while (calls < n) await new Promise((resolve) => setTimeout(resolve, 20));
  };
  await reaches(3);
  expect(told).toEqual(['it is stopped']);
  reason = 'it is gone';
  await reaches(5);
  expect(told).toEqual(['it is stopped', 'it is gone']);
  reason = null;
  await reaches(6);
  // Nothing changes: it is not read again. Then something does.
  await new Promise((resolve) => setTimeout(resolve, 600));
  expect(calls).toBeLessThanOrEqual(7);
  const before = calls;
  changes += 1;
  await reaches(before + 1);
  await watch.stop();
  server.close();
  server.closeAllConnections();
}, 20_000);
