import { parse } from 'yaml';
import type { DeployedContainer } from '../../../../local/run/ecs/deployed-services';
import { localCommand } from '../../../../local/run/ecs/localize';

const OBJSTORE = 'type: S3\nconfig:\n  bucket: blocks\n  region: eu-west-1\n  endpoint: s3.eu-west-1.amazonaws.com\n';
const container = (command: string[]): DeployedContainer => ({
  name: 'store',
  command,
  environment: {},
  mounts: { data: '/data' },
  check: null,
  stopMs: 30_000,
});
const COMMAND = [
  'store',
  '--http-address=0.0.0.0:10902',
  '--endpoint=dns+sidecar.metrics.internal:10901',
  '--data-dir=/data',
  '--cache-dir=/data/cache',
  '--other=/database',
  `--objstore.config=${OBJSTORE}`,
];
const MACHINE = { endpoint: 'http://10.77.255.254:5566', volumes: '/run/task-1' };

test('with namespaces only S3 and the volumes are others', () => {
  const local = localCommand(container(COMMAND), MACHINE);
  expect(local.slice(0, -1)).toEqual([
    ...COMMAND.slice(0, 3),
    '--data-dir=/run/task-1/data',
    '--cache-dir=/run/task-1/data/cache',
    '--other=/database',
  ]);
  expect(parse(local.at(-1)!.replace('--objstore.config=', ''))).toEqual({
    type: 'S3',
    config: {
      bucket: 'blocks',
      region: 'eu-west-1',
      endpoint: '10.77.255.254:5566',
      insecure: true,
      bucket_lookup_type: 'path',
    },
  });
});

test('on loopback a task has its address to itself, and knows the others by theirs', () => {
  const addresses = new Map([['sidecar.metrics.internal', ['127.77.0.11', '127.77.0.12']]]);
  const loopback = { address: '127.77.0.13', addressesOf: (name: string) => addresses.get(name) ?? [] };
  expect(localCommand(container(COMMAND), { ...MACHINE, loopback }).slice(1, 4)).toEqual([
    '--http-address=127.77.0.13:10902',
    '--endpoint=127.77.0.11:10901',
    '--endpoint=127.77.0.12:10901',
  ]);
});

test('an object storage that is not here is an error', () => {
  const gcs = container(['store', '--objstore.config=type: GCS\nconfig: {}\n']);
  expect(() => localCommand(gcs, MACHINE)).toThrow(/no object storage of type GCS/);
});
