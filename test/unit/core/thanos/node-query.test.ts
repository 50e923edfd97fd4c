import { parse } from 'yaml';
import { endpointsConfig, nodeQueryCommand, nodeQueryMemoryMiB } from '../../../../lib/core/thanos/node-query';

const command = nodeQueryCommand({
  address: '10.0.0.1',
  loopback: '127.0.0.1',
  endpointsFile: '/e.yml',
  memoryMiB: 2_048,
});
const valueOf = (flag: string): string | undefined =>
  command.find((arg) => arg.startsWith(`--${flag}=`))?.slice(flag.length + 3);

test('clients reach its HTTP and nothing else; whom it asks stands in a file', () => {
  expect(command[0]).toBe('query');
  expect(valueOf('http-address')).toBe('10.0.0.1:10904');
  expect(valueOf('grpc-address')).toBe('127.0.0.1:10905');
  expect(valueOf('endpoint.sd-config-file')).toBe('/e.yml');
  expect(command.filter((arg) => /^--endpoint=|store\./.test(arg) && !/--store\.(response|limits)/.test(arg))).toEqual(
    [],
  );
});

test('nobody waits long for a node that is gone, and replicas are one', () => {
  expect(valueOf('store.response-timeout')).toBe('2s');
  expect(valueOf('endpoint.info-timeout')).toBe('2s');
  expect(command).toContain('--query.partial-response');
  expect(valueOf('query.replica-label')).toBe('replica');
});

test('its limits grow with what it may take: an eighth of the machine, and no less than half a GiB', () => {
  expect([1_024, 4_096, 16_384, 65_536].map(nodeQueryMemoryMiB)).toEqual([512, 512, 2_048, 8_192]);
  expect(valueOf('store.limits.request-series')).toBe('204800');
  expect(valueOf('store.limits.request-samples')).toBe('51200000');
});

test('the sidecars at these addresses', () => {
  expect(parse(endpointsConfig(['10.0.0.1', '10.0.1.1']))).toEqual({
    endpoints: [{ address: '10.0.0.1:10901' }, { address: '10.0.1.1:10901' }],
  });
});
