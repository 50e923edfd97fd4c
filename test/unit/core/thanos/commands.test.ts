import { parse } from 'yaml';
import { compactCommand, queryCommand, sidecarCommand, storeCommand } from '../../../../lib/core/thanos/commands';
import { objstoreConfig } from '../../../../lib/core/thanos/objstore';
import { sidecarNames } from '../../../../lib/core/thanos/sidecar-names';

const task = { objstore: 'type: S3', dataDir: '/data' };

describe('the commands of Thanos', () => {
  test('query asks each sidecar and the store gateway by its DNS name', () => {
    const shared = { cluster: 'trading', shards: 2, replicas: 2 };
    const command = queryCommand(shared);
    const endpoints = command.filter((arg) => arg.startsWith('--endpoint='));
    expect(command[0]).toBe('query');
    expect(endpoints).toHaveLength(sidecarNames(shared).length + 1);
    for (const endpoint of endpoints) expect(endpoint).toMatch(/^--endpoint=dns\+[a-z0-9.-]*trading[a-z0-9.-]*:\d+$/);
  });
  test('store takes half of its memory for chunks', () => {
    const command = storeCommand({ ...task, cluster: 'c', memoryMiB: 2_049 });
    expect(command).toEqual(expect.arrayContaining(['store', '--data-dir=/data', '--objstore.config=type: S3']));
    expect(command).toContain('--chunk-pool-size=1024MB');
  });
  test('compact keeps an hour’s resolution as long as five minutes’, unless said otherwise', () => {
    const keeps = (oneHour?: string) =>
      compactCommand({ ...task, maxLevel: 4, retention: { raw: '30d', fiveMinutes: '90d', oneHour } }).filter((arg) =>
        arg.startsWith('--retention'),
      );
    const [raw, five] = ['--retention.resolution-raw=30d', '--retention.resolution-5m=90d'];
    expect(keeps()).toEqual([raw, five, '--retention.resolution-1h=90d']);
    expect(keeps('1y')).toEqual([raw, five, '--retention.resolution-1h=1y']);
  });
  test('a sidecar gives a Prometheus that hangs up after 1.5 s, in nanoseconds as Thanos reads it', () => {
    const command = sidecarCommand({ address: '10.0.0.1', tsdbPath: '/tsdb', objstoreFile: '/o.yml' });
    const client = command.find((arg) => arg.startsWith('--prometheus.http-client='))!;
    expect(JSON.parse(client.split('=')[1]!)).toEqual({ transport_config: { response_header_timeout: 1_500_000_000 } });
    expect(command).toEqual(expect.arrayContaining(['sidecar', '--tsdb.path=/tsdb', '--objstore.config-file=/o.yml']));
  });
});

describe('the bucket of blocks', () => {
  const config = (endpoint?: string): unknown =>
    parse(objstoreConfig({ bucket: 'blocks', region: 'eu-west-1', ...(endpoint === undefined ? {} : { endpoint }) }));
  const base = { bucket: 'blocks', region: 'eu-west-1', aws_sdk_auth: true };
  test.each([
    ['on AWS', undefined, { endpoint: 's3.eu-west-1.amazonaws.com' }],
    ['an emulator', 'http://10.0.0.1:5000', { endpoint: '10.0.0.1:5000', insecure: true, bucket_lookup_type: 'path' }],
    ['one with TLS', 'https://s3.test', { endpoint: 's3.test', insecure: false, bucket_lookup_type: 'path' }],
  ])('%s', (_, endpoint, expected) => {
    expect(config(endpoint)).toEqual({ type: 'S3', config: { ...base, ...expected } });
  });
});
