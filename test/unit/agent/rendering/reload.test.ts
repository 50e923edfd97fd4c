import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { reloadAndVerify } from '../../../../agent/rendering/reload';

let server: Server;
let url: string;
let state: { successful: 0 | 1; at: number };
beforeEach(async () => {
  state = { successful: 1, at: 100 };
  server = createServer((_, response) =>
    response.end(
      `prometheus_config_last_reload_successful ${state.successful}\n` +
        `prometheus_config_last_reload_success_timestamp_seconds ${state.at}\n`,
    ),
  ).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});
const reload = (then: () => void, isSame = () => true) =>
  reloadAndVerify(url, 'prometheus', () => (then(), true), isSame);

test('took when the program says so', async () => {
  expect(await reload(() => (state.at = 101))).toBeNull();
});

test('did not when it says that', async () => {
  expect(await reload(() => (state.successful = 0))).toBe('the program rejected the configuration; see its log');
});

test('a program that ends of it is not waited for', async () => {
  let same = true;
  const begun = Date.now();
  expect(
    await reload(
      () => (same = false),
      () => same,
    ),
  ).toBe('the program ended of it');
  expect(Date.now() - begun).toBeLessThan(5_000);
});
