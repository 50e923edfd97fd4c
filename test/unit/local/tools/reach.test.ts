import { createServer, type AddressInfo } from 'node:net';
import { proxyFor, requireReachable } from '../../../../local/tools/process/reach';

const proxy = (url: string, env: NodeJS.ProcessEnv): string | null => proxyFor(new URL(url), env)?.host ?? null;

test('the proxy is the one that clients of registries take', () => {
  const env = {
    HTTPS_PROXY: 'http://proxy:3128',
    http_proxy: 'plain:80',
    NO_PROXY: 'localhost, .inside.example,10.0.0.1',
  };
  expect(proxy('https://registry.example/x', env)).toBe('proxy:3128');
  expect(proxy('http://registry.example/x', env)).toBe('plain');
  expect(proxy('https://npm.inside.example/', env)).toBeNull();
  expect(proxy('https://inside.example/', env)).toBeNull();
  expect(proxy('https://notinside.example/', env)).toBe('proxy:3128');
  expect(proxy('https://registry.example/', {})).toBeNull();
  expect(proxy('https://registry.example/', { ...env, no_proxy: '*' })).toBeNull();
});

test('what takes connections is in reach; what does not is named, with the reason, at once', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/simple`;
  await requireReachable(url, {});
  await new Promise((resolve) => server.close(resolve));
  await expect(requireReachable(url, {})).rejects.toThrow(/127\.0\.0\.1:\d+ is out of reach \(ECONNREFUSED\)/);
  // Behind a proxy it is the proxy that has to answer.
  await expect(requireReachable('https://registry.example/', { HTTPS_PROXY: url })).rejects.toThrow(
    /registry\.example/,
  );
});
