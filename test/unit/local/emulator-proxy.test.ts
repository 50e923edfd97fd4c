import { loopbackDirect } from '../../../local/emulator/loopback-direct';

test('with a proxy, this machine is named as what is reached without it, in both spellings', () => {
  expect(loopbackDirect({ PATH: '/bin' })).toEqual({});
  const both = (value: string): object => ({ NO_PROXY: value, no_proxy: value });
  expect(loopbackDirect({ HTTPS_PROXY: 'http://proxy:3128' })).toEqual(both('localhost,127.0.0.1,::1'));
  expect(loopbackDirect({ http_proxy: 'http://proxy:3128', NO_PROXY: 'inside.example,localhost' })).toEqual(
    both('inside.example,localhost,127.0.0.1,::1'),
  );
});
