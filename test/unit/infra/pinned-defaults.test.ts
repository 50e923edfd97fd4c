import config from '../../fixtures/config/cluster';
import { NODE_MAJOR, NODE_TARGET, RELEASED, releaseUrl, VERSIONS } from '../../../lib/contract/versions';
import { releaseArtifact } from '../../../lib/infra/config/artifacts';
import { resolveCluster } from '../../../lib/infra/config/check/cluster';
import { userData } from '../../../lib/infra/constructs/nodes/user-data';
import { BUNDLES } from '../../../local/tools/catalog/catalog';

const { artifacts: own, thanos, ...rest } = config;
const { image: ownImage, ...others } = thanos;
const SHA256 = /^[0-9a-f]{64}$/;

test('what a user does not pin is what is tested', () => {
  const { artifacts, thanos: made } = resolveCluster({ ...rest, thanos: others });
  expect(artifacts).toEqual({ prometheus: VERSIONS.prometheus, alertmanager: VERSIONS.alertmanager });
  expect(made.image).toEqual({ version: VERSIONS.thanos.version, ...VERSIONS.thanos.image });
});

test('what a user pins is what is deployed, each for itself', () => {
  const pinned = { ...own!.prometheus!, version: '9.9.9' };
  const { artifacts, thanos: made } = resolveCluster({ ...config, artifacts: { prometheus: pinned } });
  expect(artifacts).toEqual({ prometheus: pinned, alertmanager: VERSIONS.alertmanager });
  expect(made.image).toEqual(ownImage);
  expect(releaseArtifact('prometheus', pinned)).toEqual({
    version: '9.9.9',
    urls: {
      amd64: 'https://github.com/prometheus/prometheus/releases/download/v9.9.9/prometheus-9.9.9.linux-amd64.tar.gz',
      arm64: 'https://github.com/prometheus/prometheus/releases/download/v9.9.9/prometheus-9.9.9.linux-arm64.tar.gz',
    },
    sha256: pinned.sha256,
  });
});

test('every pin has what is needed to verify it, and the local run has the same', () => {
  for (const name of RELEASED) {
    const { version, sha256, module } = VERSIONS[name];
    expect([version, module.version]).toEqual([expect.stringMatching(/^\d+\.\d+\.\d+$/), expect.stringMatching(/^v/)]);
    for (const arch of ['amd64', 'arm64'] as const) expect(sha256[arch]).toMatch(SHA256);
    expect(sha256.amd64).not.toBe(sha256.arm64);
    expect(BUNDLES.find((bundle) => bundle.name === name)).toMatchObject({
      pinned: version,
      release: { version, sha256 },
    });
  }
  expect(VERSIONS.thanos.image.digest).toMatch(/^sha256:[0-9a-f]{64}$/);
  expect(releaseUrl('redis_exporter', '1.80.1', 'amd64')).toBe(
    'https://github.com/oliver006/redis_exporter/releases/download/v1.80.1/redis_exporter-v1.80.1.linux-amd64.tar.gz',
  );
});

test('nodes install and execute the Node.js that functions and bundles are made for', () => {
  expect([NODE_MAJOR, NODE_TARGET]).toEqual([24, 'node24']);
  const data = userData(
    {} as Parameters<typeof userData>[0],
    {
      agent: { bucket: 'b', key: 'k', sha256: '0'.repeat(64) },
      signal: { stack: 's', resource: 'r' },
    },
    {},
  );
  expect(data).toContain('[ -x /usr/bin/node-24 ] || dnf install -y -q nodejs24');
  expect(data).toContain('ExecStart=/usr/bin/node-24 /opt/prometheus-ha/agent.js');
  expect(data).not.toContain('@NODE@');
});
