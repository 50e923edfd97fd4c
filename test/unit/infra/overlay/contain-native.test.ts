import { parse } from 'yaml';
import { containNative } from '../../../../lib/infra/config/overlay/contain-native';
import type { Native } from '../../../../lib/infra/config/native/native';

const native = (text: string): Native => ({
  text,
  named: { files: {}, rules: [] },
  jobs: new Map(),
  targets: [],
  discovers: false,
});
const HOSTS = { hosts: { 'redis.example': '10.0.0.1' }, targets: true };
const FILE = `
remote_write: [{ url: http://prod/push }]
tracing: { endpoint: prod:4317 }
scrape_configs:
  - job_name: a
    scheme: https
    basic_auth: { username: u, password_file: /p }
    static_configs: [{ targets: ['redis.example:1', 'prod.example:2'], labels: { x: y } }]
    ec2_sd_configs: [{ region: eu-west-1 }]
  - job_name: self
    file_sd_configs: [{ files: [prometheus-ha-nodes/prometheus.json] }, { files: [a.json] }]
  - job_name: probes
    static_configs: [{ targets: ['https://prod.example'] }]
    relabel_configs: [{ target_label: __address__, replacement: 'blackbox:9115' }]
`;

test('where it is played nothing is asked of, or sent to, what is elsewhere', () => {
  const { native: contained, elsewhere } = containNative(native(FILE), HOSTS);
  expect(parse(contained.text)).toEqual({
    scrape_configs: [
      {
        job_name: 'a',
        static_configs: [
          { targets: ['10.0.0.1:1'], labels: { instance: 'redis.example:1', x: 'y' } },
          {
            targets: ['127.99.0.1:1'],
            labels: { instance: 'prod.example:2', x: 'y', prometheus_ha_local: 'not here' },
          },
        ],
      },
      { job_name: 'self', file_sd_configs: [{ files: ['prometheus-ha-nodes/prometheus.json'] }] },
      expect.not.objectContaining({ static_configs: expect.anything() as unknown }),
    ],
  });
  expect(elsewhere).toEqual([
    'remote_write',
    'tracing',
    'ec2_sd_configs of a',
    'prod.example:2',
    'file_sd_configs of self',
    'probes of probes',
  ]);
});

test('with real targets it stays as it is', () => {
  expect(containNative(native(FILE), { ...HOSTS, targets: false })).toEqual({ native: native(FILE), elsewhere: [] });
});
